import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("counterparty_interaction", {
    steps: () => [
        {
            content: "look at the history",
            trigger: ".o_notebook .nav-link:contains('Relationship')",
            run: "click",
        },
        {
            content: "nothing has been logged",
            trigger:
                ".o_counterparty_history:not(:has(.fa-spinner)):not(:has([data-kind='interaction'].o_counterparty_history_row))",
        },
        {
            content: "log what was agreed, from the form",
            trigger: ".o_form_view button[name='action_log_counterparty_interaction']",
            run: "click",
        },
        {
            content: "the counterparty is known",
            trigger: ".modal .o_field_widget[name='partner_ids'] .o_tag:contains('Harbour Works')",
        },
        {
            content: "it was a visit",
            trigger: ".modal .o_field_widget[name='kind'] .o_selection_badge:contains('Visit')",
            run: "click",
        },
        {
            content: "that went well",
            trigger: ".modal .o_field_widget[name='result'] .o_selection_badge:contains('Positive')",
            run: "click",
        },
        {
            content: "this was agreed",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit They want an offer for ten racks",
        },
        {
            content: "log it",
            trigger: ".modal button[name='action_log']",
            run: "click",
        },
        {
            content: "it is said that it was logged",
            trigger: ".o_notification:contains('Logged: Harbour Works')",
        },
        {
            content: "the history has it at once",
            trigger:
                ".o_counterparty_history_row:contains('They want an offer for ten racks')",
        },
        {
            content: "open the menu of interactions",
            trigger: "body:not(:has(.modal)) [data-menu-xmlid='counterparty_crm.counterparty_menu_history']",
            run: "click",
        },
        {
            content: "open all interactions",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_interaction_menu']",
            run: "click",
        },
        {
            content: "it stands there",
            trigger: ".o_data_row:contains('They want an offer for ten racks')",
        },
        {
            content: "open the menu again",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_menu_history']",
            run: "click",
        },
        {
            content: "open my day",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_plan_report_menu_mine']",
            run: "click",
        },
        {
            content: "a call is planned for today",
            trigger: ".o_data_row:contains('Ask for the plan') button[name='action_log']",
            run: "click",
        },
        {
            content: "it is finished with what is logged",
            trigger: ".modal button[name='action_log']",
            run: "click",
        },
        {
            content: "and done",
            trigger: ".o_data_row:contains('Ask for the plan'):contains('Done')",
        },
    ],
});

registry.category("web_tour.tours").add("counterparty_plan_double_click", {
    steps: () => [
        {
            content: "move the first plan with a double click",
            trigger: ".o_data_row:contains('Ask for the plan') button[name='action_tomorrow']",
            run: ({ anchor }) => {
                const cell = anchor.closest("td");
                anchor.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
                // by then it falls on the cell or on the next row's arrow
                for (const target of [
                    cell,
                    ...document.querySelectorAll("button[name='action_tomorrow']"),
                ]) {
                    target.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 2 }));
                }
            },
        },
        {
            content: "it has gone, the other one stands there, and nothing was opened",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Ask for the plan'))) .o_data_row:contains('Say thank you')",
        },
        {
            content: "a click beside the arrow opens nothing, either",
            trigger: ".o_data_row:contains('Say thank you') td.o_list_button",
            run: "click",
        },
        {
            content: "the list is still there",
            trigger: ".o_list_view .o_data_row:contains('Say thank you')",
        },
    ],
});

registry.category("web_tour.tours").add("counterparty_plan_nobody", {
    steps: () => [
        {
            content: "where nobody has a plan the cards give way to an explanation",
            trigger: ".o_kanban_view .o_view_nocontent:contains('Nobody has planned anything')",
        },
    ],
});
