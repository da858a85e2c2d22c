import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** Lists what needs a person; a click opens the orders that wait, or the connection. */
export class NeedsField extends Component {
    static template = "jd_fulfillment.NeedsField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get needs() {
        return this.props.record.data[this.props.name] || [];
    }

    async open(need) {
        const { resModel, resId } = this.props.record;
        const method = need.list ? "action_view_listed" : "action_open";
        const context = { jd_list: need.list };
        const action = await this.orm.call(resModel, method, [[resId]], { context });
        await this.action.doAction(action);
    }
}

registry.category("fields").add("jd_needs", {
    component: NeedsField,
    supportedTypes: ["json"],
});
