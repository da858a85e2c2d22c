import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";

const INTERVAL = 3000;

/**
 * Reloads a form when JD moved its record meanwhile, unless somebody is editing it.
 * Where it is invisible, nothing is asked.
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
            // The next time will tell; a page that merely looks on need not complain.
        } finally {
            this.isAsking = false;
        }
    }
}

registry.category("view_widgets").add("jd_live", {
    component: LiveRecord,
    extractProps: ({ options }) => ({ fields: options.fields }),
});
