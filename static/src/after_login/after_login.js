import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, xml } from "@odoo/owl";

/**
 * Runs what the server has to show to somebody who has just come back from JD's login
 * page, such as the choice of warehouses. The server says it once.
 *
 * Like a button that is clicked before all others: of two actions Odoo drops the earlier
 * one, and what the user has clicked must not be dropped.
 */
export class AfterLogin extends Component {
    static template = xml`<t/>`;
    static props = { ...standardWidgetProps };

    setup() {
        const action = useService("action");
        onMounted(() => {
            const { record } = this.props;
            action.doActionButton({
                type: "object",
                name: "action_after_login",
                resModel: record.resModel,
                resId: record.resId,
                context: record.context,
                onClose: async () => {
                    if (!(await record.isDirty())) {
                        await record.load();
                    }
                },
            });
        });
    }
}

registry.category("view_widgets").add("jd_after_login", { component: AfterLogin });
