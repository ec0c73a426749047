import { registry } from "@web/core/registry";

const ROW = ".o_counterparty_history_row";
const RELATIONSHIP = ".o_notebook .nav-link[name=counterparty_relationship]";

/* What was agreed stands in the history, the prospect becomes a contract, and that stands there, too. */
registry.category("web_tour.tours").add("counterparty_story", {
    steps: () => [
        {
            content: "log what was agreed",
            trigger: ".o_form_view button[name='action_log_counterparty_interaction']",
            run: "click",
        },
        {
            content: "this",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit They sign this week",
        },
        {
            content: "log it",
            trigger: ".modal button[name='action_log']",
            run: "click",
        },
        {
            content: "open the Relationship tab",
            trigger: `body:not(:has(.modal)) ${RELATIONSHIP}`,
            run: "click",
        },
        {
            content: "what was agreed stands in the history, beside the open opportunity",
            trigger: `.o_counterparty_history:has(${ROW}[data-kind=interaction]:contains(They sign this week)):has(${ROW}[data-kind=lead]:contains(Cold store))`,
        },
        {
            content: "the card says what it may bring",
            trigger: ".o_counterparty_facts [data-line=expected] button",
            run: "click",
        },
        {
            content: "its opportunities, under its name",
            trigger: ".o_action_manager:has(.o_last_breadcrumb_item:contains(Northwind Foods: Opportunities)) .o_kanban_record:contains(Cold store)",
        },
        {
            content: "open the menu of counterparties",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_menu']",
            run: "click",
        },
        {
            content: "open the pipeline",
            trigger: "[data-menu-xmlid='counterparty_crm.crm_lead_menu_counterparty']",
            run: "click",
        },
        {
            content: "the prospect stands in its stage",
            trigger: ".o_kanban_group:first-child .o_kanban_record:contains(Cold store)",
            run: "click",
        },
        {
            content: "it signs",
            trigger: "button[name=action_set_won_rainbowman]",
            run: "click",
        },
        {
            content: "its contract",
            trigger: "button[name=action_open_counterparty_contracts]",
            run: "click",
        },
        {
            content: "the contract is open",
            trigger: ".o_form_view .o_field_widget[name=partner_id]",
        },
        {
            content: "open the menu of counterparties again",
            trigger: "[data-menu-xmlid='counterparty_crm.counterparty_menu']",
            run: "click",
        },
        {
            content: "go to the customers",
            trigger: "[data-menu-xmlid='counterparty_crm.res_partner_menu_customer']",
            run: "click",
        },
        {
            content: "open the one that has signed",
            trigger: ".o_data_row .o_data_cell:contains(Northwind Foods)",
            run: "click",
        },
        {
            content: "open the Relationship tab again",
            trigger: RELATIONSHIP,
            run: "click",
        },
        {
            content: "the history knows of the contract and of the opportunity that was won",
            trigger: `.o_counterparty_history:has(${ROW}[data-kind=document]:contains(Cold store)):has(${ROW}[data-kind=lead]:contains(Won))`,
        },
    ],
});
