import { registry } from "@web/core/registry";

const ROW = ".o_counterparty_history_row";

registry.category("web_tour.tours").add("counterparty_history", {
    steps: () => [
        {
            content: "open the Relationship tab",
            trigger: ".o_notebook .nav-link[name=counterparty_relationship]",
            run: "click",
        },
        {
            content: "the card says what is ordered",
            trigger: ".o_counterparty_facts [data-line=undelivered]",
        },
        {
            content: "orders and messages stand in one list",
            trigger: `.o_counterparty_history:has(${ROW}[data-kind=order]):has(${ROW}[data-kind=message])`,
        },
        {
            content: "narrow it to the orders",
            trigger: ".o_counterparty_history_chips [data-kind=order]",
            run: "click",
        },
        {
            content: "only orders are left",
            trigger: `.o_counterparty_history:has(${ROW}[data-kind=order]):not(:has(${ROW}[data-kind=message]))`,
        },
        {
            content: "go to the page of its own",
            trigger: ".o_counterparty_history_full",
            run: "click",
        },
        {
            content: "the filter came along",
            trigger: `.o_counterparty_history_page .o_counterparty_history:has(${ROW}[data-kind=order]):not(:has(${ROW}[data-kind=message]))`,
        },
        {
            content: "look for what is not there",
            trigger: ".o_counterparty_history_page .o_counterparty_history_text",
            run: "edit nothing of the kind",
        },
        {
            content: "nothing is found",
            trigger: ".o_counterparty_history_page .o_counterparty_history:contains(Nothing fits these filters)",
        },
        {
            content: "look for the order",
            trigger: ".o_counterparty_history_page .o_counterparty_history_text",
            run: "edit S",
        },
        {
            content: "open it",
            trigger: `.o_counterparty_history_page ${ROW}[data-kind=order] button`,
            run: "click",
        },
        {
            content: "the order is open",
            trigger: ".o_form_view .o_field_widget[name=order_line]",
        },
    ],
});
