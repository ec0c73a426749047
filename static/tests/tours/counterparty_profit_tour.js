import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("counterparty_profit", {
    steps: () => [
        {
            content: "the most profitable counterparty stands first",
            trigger: ".o_group_header:contains('Northwind') .o_group_name",
            run: "click",
        },
        {
            content: "choose its sale",
            trigger: ".o_data_row .o_list_record_selector input",
            run: "click",
        },
        {
            content: "open what can be done with it",
            trigger: ".o_cp_action_menus button:contains('Actions')",
            run: "click",
        },
        {
            content: "correct its campaign",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Correct campaign')",
            run: "click",
        },
        {
            content: "name the campaign",
            trigger: ".modal .o_field_widget[name='campaign_id'] input",
            run: "edit Autumn",
        },
        {
            content: "take it from the list",
            trigger: ".o-autocomplete--dropdown-item:contains('Autumn')",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit The fair brought this customer",
        },
        {
            content: "give the sale to the campaign",
            trigger: ".modal button[name='action_correct']",
            run: "click",
        },
        {
            content: "open the reports",
            trigger: "body:not(:has(.modal)) [data-menu-xmlid='counterparty_crm.counterparty_menu_report']",
            run: "click",
        },
        {
            content: "campaigns side by side",
            trigger: "[data-menu-xmlid='counterparty_crm.utm_campaign_menu_results']",
            run: "click",
        },
        {
            content: "the campaign has what it brought",
            trigger: ".o_data_row:contains('Autumn') [name='counterparty_revenue']:contains('100')",
        },
        {
            content: "open it",
            trigger: ".o_data_row:contains('Autumn') [name='title']",
            run: "click",
        },
        {
            content: "see its results",
            trigger: ".o_notebook .nav-link[name='counterparty_results']",
            run: "click",
        },
        {
            content: "and its profit",
            trigger: ".o_field_widget[name='counterparty_profit']:contains('90')",
        },
    ],
});
