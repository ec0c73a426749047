import { registry } from "@web/core/registry";

const open = (href) => ({ trigger: `a[href="${href}"]`, run: "click", expectUnloadPage: true });

registry.category("web_tour.tours").add("counterparty_statement_customer", {
    steps: () => [
        open("/my/balance"),
        { content: "what is open", trigger: `.o_counterparty_open_items:contains("123.45")` },
        open("/my/statement"),
        {
            content: "how it came about",
            trigger: `.o_counterparty_statement:contains("Closing balance")`,
        },
        {
            content: "home again",
            trigger: `.breadcrumb a[href="/my/home"]`,
            run: "click",
            expectUnloadPage: true,
        },
        open("/my/statements"),
        {
            content: "the paper that waits",
            trigger: `.list-group-item:contains("Waiting for you")`,
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: `#answer input[name="name"]`, run: "edit Anna Vale, accountant" },
        {
            trigger: `#answer button[value="confirmed"]`,
            run: "click",
            expectUnloadPage: true,
        },
        { content: "thanks", trigger: `.alert-success` },
        { content: "who said it", trigger: `.badge:contains("Confirmed")` },
    ],
});
