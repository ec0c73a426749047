import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = [
    "fa-user-circle-o", "fa-users", "fa-id-badge", "fa-address-card-o", "fa-handshake-o",
    "fa-shopping-cart", "fa-truck", "fa-ship", "fa-plane", "fa-car", "fa-cubes", "fa-archive",
    "fa-building-o", "fa-industry", "fa-home", "fa-university", "fa-hospital-o",
    "fa-graduation-cap", "fa-sitemap", "fa-globe", "fa-flag-o", "fa-balance-scale", "fa-gavel",
    "fa-shield", "fa-umbrella", "fa-key", "fa-money", "fa-credit-card", "fa-percent", "fa-book",
    "fa-file-text-o", "fa-folder-o", "fa-certificate", "fa-calendar", "fa-wrench", "fa-leaf",
    "fa-heart-o", "fa-star-o", "fa-bullhorn", "fa-laptop",
];

/** An icon of the host's font, chosen by its looks: nobody knows their names by heart. */
export class IconPickerField extends Component {
    static template = "counterparty_crm.IconPickerField";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    /** What was entered by its name elsewhere is among the choices. */
    get icons() {
        return !this.value || ICONS.includes(this.value) ? ICONS : [this.value, ...ICONS];
    }

    get title() {
        return _t("Choose an icon");
    }

    choose(icon) {
        this.props.record.update({ [this.props.name]: icon });
    }
}

registry.category("fields").add("counterparty_icon", {
    component: IconPickerField,
    displayName: _t("Icon"),
    supportedTypes: ["char"],
});
