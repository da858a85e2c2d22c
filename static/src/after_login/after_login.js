import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, xml } from "@odoo/owl";

/**
 * Runs what the server has to show to somebody who has just come back from JD's login
 * page, such as the choice of warehouses. The server says it once.
 */
export class AfterLogin extends Component {
    static template = xml`<t/>`;
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        onMounted(() => this.show());
    }

    async show() {
        const { record } = this.props;
        const actions = await this.orm.call(record.resModel, "action_after_login", [record.resId]);
        for (const action of actions) {
            await this.action.doAction(action, { onClose: () => record.load() });
        }
    }
}

registry.category("view_widgets").add("jd_after_login", { component: AfterLogin });
