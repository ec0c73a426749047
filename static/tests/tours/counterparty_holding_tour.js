import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("counterparty_holding", {
    steps: () => [
        {
            content: "open the group",
            trigger: ".o_data_row .o_data_cell:contains('Northwind')",
            run: "click",
        },
        {
            content: "its figures are on the form",
            trigger: ".o_field_widget[name='figures']",
        },
        {
            content: "open the chart",
            trigger: "button[name='action_open_chart']",
            run: "click",
        },
        {
            content: "the head is at the top",
            trigger: ".o_hierarchy_node:contains('Head of the group')",
        },
        {
            content: "a member hangs below it",
            trigger: ".o_hierarchy_node:contains('Northwind Freight'):contains('60 %')",
        },
        {
            content: "see the same as a list",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "with levels",
            trigger: ".o_data_row:contains('Northwind Foods')",
        },
        {
            content: "open the memberships",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_menu_holding']",
            run: "click",
        },
        {
            content: "from the menu",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_membership_menu']",
            run: "click",
        },
        {
            content: "choose the one of freight",
            trigger: ".o_data_row:contains('Northwind Freight') .o_data_cell[name='member_id']",
            run: "click",
        },
        {
            content: "end it",
            trigger: ".o_form_view button[name='action_change']",
            run: "click",
        },
        {
            content: "today, as proposed",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "who ended it is kept",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='ended_by_id']:contains('Oda')",
        },
    ],
});
