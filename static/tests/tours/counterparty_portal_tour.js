import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const MAIN = "#wrap";

const click = (trigger) => ({ trigger, run: "click", expectUnloadPage: true });
const open = (href) => click(`a[href="${href}"]`);
const home = () => click(`.breadcrumb a[href="/my/home"]`);
const shows = (text, root = MAIN) => ({ trigger: `${root}:contains("${text}")` });
const hides = (text, root = MAIN) => ({ trigger: `${root}:not(:contains("${text}"))` });

// ------------------------------------------------------------
// Supplier
// ------------------------------------------------------------

tours.add("counterparty_portal_supplier", {
    steps: () => [
        open("/my/supplier"),
        shows("BILL-Alfa", "table"),
        hides("BILL-Beta"),
        open("/my/supplier?tab=payments"),
        shows("There is nothing here."),
        open("/my/supplier?tab=articles"),
        shows("ALFA-CODE", "table"),
        hides("BETA-CODE"),
        open("/my/deliveries?kind=in&filterby=all"),
        shows("Alfa Ltd", ".list-group"),
        hides("Beta Ltd", ".list-group"),
        home(),
        open("/my/balance"),
        shows("What we owe you"),
        shows("100.00"),
        hides("BILL-Beta"),
    ],
});

tours.add("counterparty_portal_supplier_unauthorized", {
    steps: () => [
        shows("There is nothing here."),
        hides("BILL-Alfa"),
        open("/my/deliveries?kind=in&filterby=all"),
        shows("There is nothing here."),
    ],
});

// ------------------------------------------------------------
// Employee
// ------------------------------------------------------------

tours.add("counterparty_portal_employee", {
    steps: () => [
        open("/my/documents"),
        shows("Contract of Emma", ".list-group"),
        hides("Contract of Eric"),
        home(),
        open("/my/balance"),
        shows("311.25"),
        hides("422.75"),
        home(),
        open("/my/company"),
        { trigger: `input[name$="_shirt_size"]`, run: "edit L" },
        click(`form[action="/my/company/fields"] button[type="submit"]`),
        { content: "thanks", trigger: ".alert-success" },
        { content: "stays filled in", trigger: `input[name$="_shirt_size"]:value("L")` },
        home(),
        open("/my/requests"),
        hides("Question of Eric"),
    ],
});

// ------------------------------------------------------------
// Head's delegate
// ------------------------------------------------------------

tours.add("counterparty_portal_delegate", {
    steps: () => [
        { trigger: "#counterparty_represented", run: "selectByLabel Alfa Ltd" },
        click(`form[action="/my/represent"] button[type="submit"]`),
        open("/my/balance"),
        shows("202.50", ".o_counterparty_open_items"),
        hides("101.25"),
        hides("555.75"),
        home(),
        open("/my/statement"),
        shows("Closing balance", ".o_counterparty_statement"),
        hides("555.75"),
        home(),
        open("/my/company"),
        shows("Your authorization does not cover this page."),
        home(),
        { trigger: "#counterparty_represented", run: "selectByLabel All of them" },
        click(`form[action="/my/represent"] button[type="submit"]`),
        open("/my/balance"),
        shows("202.50", ".o_counterparty_open_items"),
        hides("555.75"),
    ],
});

tours.add("counterparty_portal_member", {
    steps: () => [
        { trigger: `a[href="/my/balance"]` },
        { content: "acts for itself alone", trigger: `body:not(:has(#counterparty_represented))` },
        open("/my/balance"),
        shows("202.50", ".o_counterparty_open_items"),
        hides("555.75"),
        hides("404.25"),
    ],
});
