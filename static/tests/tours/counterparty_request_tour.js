import { registry } from "@web/core/registry";

// an agent's day: take what waits, answer it, solve it
registry.category("web_tour.tours").add("counterparty_request_day", {
    steps: () => [
        {
            content: "look at what nobody has",
            trigger: `.o_kanban_record:contains("Gate is stuck")`,
            run: "click",
        },
        {
            content: "take it",
            trigger: `.o_form_view button[name="action_take"]`,
            run: "click",
        },
        {
            content: "it is mine and open",
            timeout: 30000,
            trigger: `.o_form_view:not(:has(button[name="action_take"])) .o_statusbar_status .o_arrow_button_current:contains("Open")`,
        },
        { content: "answer", trigger: `button[name="action_answer"]`, run: "click" },
        {
            content: "write the answer",
            trigger: `.modal .odoo-editor-editable`,
            run: "editor We come on Thursday.",
        },
        { trigger: `.modal button[name="action_send_mail"]`, run: "click" },
        {
            content: "the answer is in the history",
            timeout: 30000,
            trigger: `body:not(:has(.modal)) .o-mail-Message:contains("We come on Thursday.")`,
        },
        {
            content: "it is done",
            trigger: `.o_statusbar_status button:contains("Solved")`,
            run: "click",
        },
        {
            content: "and kept",
            timeout: 30000,
            trigger: `.o_form_saved .o_statusbar_status .o_arrow_button_current:contains("Solved")`,
        },
    ],
});

// the phone rings: who calls, what do they want
registry.category("web_tour.tours").add("counterparty_request_call", {
    steps: () => [
        {
            trigger: `.o_control_panel button:contains("New by Phone")`,
            run: "click",
        },
        {
            content: "the number on the display",
            trigger: `.modal [name="partner_id"] input`,
            run: "edit 088 765 4321",
        },
        {
            trigger: `.o-autocomplete--dropdown-item:contains("Carl Caller")`,
            run: "click",
        },
        {
            content: "what is open shows at once",
            trigger: `.modal [name="open_request_ids"]:contains("Gate is stuck")`,
        },
        { trigger: `.modal [name="name"] input`, run: "edit Wants another gate" },
        { trigger: `.modal button[name="action_save"]`, run: "click" },
        {
            timeout: 30000,
            trigger: `body:not(:has(.modal)) .o_form_view .o_statusbar_status .o_arrow_button_current:contains("Open")`,
        },
    ],
});

// a customer asks, closes, comes back and rates nothing by accident
registry.category("web_tour.tours").add("counterparty_request_customer", {
    steps: () => [
        {
            content: "find the requests",
            trigger: `a[href="/my/requests"]`,
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: `a[href="/my/requests/new"]`, run: "click", expectUnloadPage: true },
        { trigger: `a[href$="/new/help"]`, run: "click", expectUnloadPage: true },
        { trigger: `input[name="name"]`, run: "edit Gate is stuck" },
        {
            content: "an answer that may help is offered while writing",
            trigger: `.o_counterparty_published_answers summary:contains("How do I free a gate?")`,
        },
        { trigger: `textarea[name="description"]`, run: "edit Since this morning." },
        {
            trigger: `.o_counterparty_request_form button[type="submit"]`,
            run: "click",
            expectUnloadPage: true,
        },
        { content: "the number shows at once", trigger: `.alert-success strong:contains("RQ")` },
        {
            content: "it is not needed any more",
            trigger: `.o_counterparty_request_actions a[href*="/close"]`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "confirm",
            trigger: `.o_counterparty_request_step button[type="submit"]`,
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: `.badge:contains("Closed")` },
        {
            content: "it comes back",
            trigger: `.o_counterparty_request_actions a[href*="/reopen"]`,
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: `textarea[name="text"]`, run: "edit It is stuck again." },
        {
            trigger: `.o_counterparty_request_step button[type="submit"]`,
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: `.badge:contains("In progress")` },
        {
            content: "what was said is there",
            timeout: 30000,
            trigger: `#chatterRoot:shadow .o-mail-Message:contains("It is stuck again.")`,
        },
    ],
});
