import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";

const INTERVAL = 3000;

/**
 * Reloads the form when one of `fields` changed in the database, unless the user is
 * editing. An invisible widget is not mounted and reads nothing.
 */
export class LiveRecord extends Component {
    static template = xml`<t/>`;
    static props = { ...standardWidgetProps, fields: { type: Array, element: String } };

    setup() {
        this.orm = useService("orm");
        let timer;
        onMounted(() => {
            timer = browser.setInterval(() => this.refresh(), INTERVAL);
        });
        onWillUnmount(() => browser.clearInterval(timer));
    }

    async refresh() {
        const { record, fields } = this.props;
        if (this.isAsking || !record.resId || document.hidden) {
            return;
        }
        this.isAsking = true;
        try {
            const [now] = await this.orm.silent.read(record.resModel, [record.resId], fields);
            const hasMoved = now && fields.some((name) => {
                return (now[name] || false) !== (record.data[name] || false);
            });
            if (hasMoved && !(await record.isDirty())) {
                await record.load();
            }
        } catch {
            // The next interval tries again: a failed read must not disturb the user.
        } finally {
            this.isAsking = false;
        }
    }
}

registry.category("view_widgets").add("jd_live", {
    component: LiveRecord,
    extractProps: ({ options }) => ({ fields: options.fields }),
});
