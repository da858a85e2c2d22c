import { registry } from "@web/core/registry";
import { RadioField, radioField } from "@web/views/fields/radio/radio_field";

/** The ways to connect as cards side by side, each with whom it is for. */
export class ModeChoiceField extends RadioField {
    static template = "jd_fulfillment.ModeChoiceField";
}

registry.category("fields").add("jd_mode_choice", {
    ...radioField,
    component: ModeChoiceField,
    supportedTypes: ["selection"],
});
