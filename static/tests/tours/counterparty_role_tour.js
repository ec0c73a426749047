import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("counterparty_role", {
    steps: () => [
        {
            content: "the overview shows the first steps",
            trigger: ".o_counterparty_setup:contains('Check the roles we found')",
        },
        {
            content: "and one card per type",
            trigger: ".o_kanban_record:contains('Customer')",
        },
        {
            content: "open the menu of counterparties",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_menu']",
            run: "click",
        },
        {
            content: "open all counterparties",
            trigger: "[data-menu-xmlid='counterparty_crm.res_partner_menu_counterparty']",
            run: "click",
        },
        {
            content: "open a counterparty without role",
            trigger: ".o_data_row .o_data_cell:contains('Harbour Works')",
            run: "click",
        },
        {
            content: "add a role beside the chips",
            trigger: ".o_form_view button[name='action_add_counterparty_role']",
            run: "click",
        },
        {
            content: "look for a type",
            trigger: ".modal .o_field_widget[name='type_id'] input",
            run: "edit Ban",
        },
        {
            content: "choose it",
            trigger: ".o-autocomplete--dropdown-item:contains('Bank')",
            run: "click",
        },
        {
            content: "save the role",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "the chip is there",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='counterparty_open_role_ids'] .o_tag:contains('Bank')",
        },
        {
            content: "and the role in the Relationship tab",
            trigger: ".o_notebook_headers a:contains('Relationship')",
            run: "click",
        },
        {
            content: "with its state",
            trigger: ".o_field_widget[name='counterparty_role_ids'] .o_kanban_record:contains('Active')",
        },
    ],
});
