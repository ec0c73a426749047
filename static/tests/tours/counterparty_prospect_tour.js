import { registry } from "@web/core/registry";

/* A prospect goes from its registration to the contract in the register. */
registry.category("web_tour.tours").add("counterparty_prospect", {
    steps: () => [
        {
            content: "the board shows the stages of the pipeline alone",
            trigger: ".o_kanban_group:first-child:contains(Registered)",
        },
        {
            content: "open the prospect",
            trigger: ".o_kanban_record:contains(Cold store)",
            run: "click",
        },
        {
            content: "its facts stand with its contacts",
            trigger: ".nav-link[name=lead]",
            run: "click",
        },
        {
            content: "so many people work there",
            trigger: "[name=counterparty_employee_count] input",
            run: "edit 25 && press Tab",
        },
        {
            content: "it signs",
            trigger: "button[name=action_set_won_rainbowman]",
            run: "click",
        },
        {
            content: "and its contract stands in the register",
            trigger: "button[name=action_open_counterparty_contracts]",
            run: "click",
        },
        {
            content: "with the subject of the opportunity",
            trigger: ".o_form_view [name=name] input, .o_form_view h1:contains(Cold store)",
        },
    ],
});
