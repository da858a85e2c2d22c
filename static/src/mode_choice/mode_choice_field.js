import { registry } from "@web/core/registry";
import { RadioField, radioField } from "@web/views/fields/radio/radio_field";

/** Shows the connection modes as cards side by side, each with its guidance. */
export class ModeChoiceField extends RadioField {
    static template = "jd_fulfillment.ModeChoiceField";
}

registry.category("fields").add("jd_mode_choice", {
    ...radioField,
    component: ModeChoiceField,
    supportedTypes: ["selection"],
});
