import { registry } from "@web/core/registry";
import { RadioField, radioField } from "@web/views/fields/radio/radio_field";

/** Shows the connection modes as cards side by side, each with its guidance. */
export class ModeChoiceField extends RadioField {
    static template = "jd_fulfillment.ModeChoiceField";

    /** Whether the form asks for PIN, department and warehouse. */
    get areNumbersAsked() {
        const { state, warehouse_count: warehouseCount } = this.props.record.data;
        return state !== "connected" && !warehouseCount;
    }
}

registry.category("fields").add("jd_mode_choice", {
    ...radioField,
    component: ModeChoiceField,
    supportedTypes: ["selection"],
});
