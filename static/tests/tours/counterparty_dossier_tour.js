import { registry } from "@web/core/registry";

const CONTACTS = ["contacts", "addresses"];
const DAILY = ["banks", "events", "files"];
const PRIVATE = ["personal", "users", "fields"];
const MONEY = ["financial", "payments"];
const SECTIONS = {
    customer: [
        ...CONTACTS, ...DAILY, ...PRIVATE, "holding", "offers", "sales", "cards", "contracts",
        "rentals", ...MONEY, "stock",
    ],
    supplier: [
        ...CONTACTS, ...DAILY, ...PRIVATE, "holding", "contracts", "rentals", "purchases",
        "discounts", "articles", ...MONEY, "customs", "stock",
    ],
    // its role as supplier has ended, with a request for quotation still open
    bank: [...CONTACTS, ...DAILY, "contracts", ...MONEY, "purchases"],
    state: [...CONTACTS, ...DAILY, "contracts", ...MONEY, "customs"],
    holding: [...CONTACTS, "holding"],
    employee: [...CONTACTS, ...DAILY, ...PRIVATE, "contracts", ...MONEY],
};
const ORDER = ["customer", "supplier", "bank", "state", "holding", "employee", "state+holding"];

function expectSections(name) {
    const wanted = new Set(name.split("+").flatMap((type) => SECTIONS[type]));
    return {
        content: `the dossier of ${name} shows its sections`,
        trigger: `.o_form_view:has(.o_breadcrumb:contains("Dossier ${name}")) .o_counterparty_tile`,
        run() {
            const shown = [...document.querySelectorAll(".o_counterparty_tile")].map(
                (tile) => tile.dataset.section
            );
            if (!window.counterpartyPage) {
                throw new Error("The page was loaded anew");
            }
            const missing = [...wanted].filter((code) => !shown.includes(code));
            const surplus = shown.filter((code) => !wanted.has(code));
            if (missing.length || surplus.length) {
                throw new Error(`${name}: missing ${missing}, not wanted ${surplus}`);
            }
        },
    };
}

registry.category("web_tour.tours").add("counterparty_dossier_pager", {
    steps: () => [
        {
            content: "mark the page: it is never loaded anew",
            trigger: ".o_data_row",
            run() {
                window.counterpartyPage = true;
            },
        },
        {
            content: "open the first counterparty",
            trigger: `.o_data_row:first td[name="complete_name"]`,
            run: "click",
        },
        {
            content: "open its dossier",
            trigger: `.o_notebook a[name="counterparty_relationship"]`,
            run: "click",
        },
        ...ORDER.flatMap((name, number) => [
            expectSections(name),
            ...(number + 1 < ORDER.length
                ? [{ content: "next one", trigger: ".o_pager_next", run: "click" }]
                : []),
        ]),
        {
            content: "an empty tile leads to its list",
            trigger: `.o_counterparty_tile[data-section="customs"] header button`,
            run: "click",
        },
        {
            content: "which says in words, not in tags, what belongs there",
            trigger: `.o_nocontent_help p.o_view_nocontent_smiling_face`,
        },
    ],
});

registry.category("web_tour.tours").add("counterparty_insurer", {
    steps: () => [
        { content: "new type", trigger: ".o_list_button_add", run: "click" },
        { trigger: `div[name="name"] input`, run: "edit Insurer" },
        { content: "its icon is chosen by its looks", trigger: `div[name="icon"] button`, run: "click" },
        { trigger: `.o_counterparty_icons [data-icon="fa-shield"]`, run: "click" },
        { content: "its code is proposed", trigger: `div[name="code"] input:value("insurer")` },
        { content: "it shows contracts", trigger: `a[name="sections"]`, run: "click" },
        { trigger: `.o_field_many2many_checkboxes label:contains("Contracts")`, run: "click" },
        { content: "it requires a telephone", trigger: `a[name="fields"]`, run: "click" },
        { trigger: `div[name="required_field_ids"] input`, run: "edit Phone" },
        { trigger: `.ui-autocomplete a:contains("Phone")`, run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { content: "design a field", trigger: `button[name="action_design_fields"]`, run: "click" },
        { trigger: ".modal .o_field_x2many_list_row_add a", run: "click" },
        { trigger: `.modal .o_selected_row div[name="name"] input`, run: "edit Policy limit" },
        { trigger: `.modal button[name="action_save"]`, run: "click" },
        { trigger: `body:not(:has(.modal)) div[name="own_field_count"]:contains("1")` },
        { content: "go to a counterparty", trigger: `.o_menu_sections [data-menu-xmlid="counterparty_crm.counterparty_menu"]`, run: "click" },
        { trigger: `.dropdown-item[data-menu-xmlid="counterparty_crm.res_partner_menu_counterparty"]`, run: "click" },
        { trigger: `.o_data_row td[name="complete_name"]:contains("Dossier Insured")`, run: "click" },
        { trigger: `button[name="action_add_counterparty_role"]`, run: "click" },
        { trigger: `.modal div[name="type_id"] input`, run: "edit Insurer" },
        { trigger: `.ui-autocomplete a:contains("Insurer")`, run: "click" },
        { content: "the same dialog has the own field", trigger: `.modal .o_property_field:contains("Policy limit") input`, run: "edit Ten million" },
        { content: "and asks for the telephone", trigger: `.modal div[name="partner_phone"] input`, run: "edit 0268555010" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { content: "the chip shows", trigger: `body:not(:has(.modal)) div[name="counterparty_open_role_ids"]:contains("Insurer")` },
    ],
});

registry.category("web_tour.tours").add("counterparty_designer_again", {
    steps: () => [
        { content: "open the type", trigger: `.o_data_row td[name="name"]:contains("Landlord")`, run: "click" },
        { content: "its own fields", trigger: `a[name="fields"]`, run: "click" },
        { trigger: `button[name="action_design_fields"]`, run: "click" },
        { content: "its field is there", trigger: `.modal .o_data_cell[name="kind"]:contains("Whole number")` },
        { content: "add another one", trigger: ".modal .o_field_x2many_list_row_add a", run: "click" },
        { trigger: `.modal .o_selected_row div[name="name"] input`, run: "edit Broker" },
        { trigger: `.modal button[name="action_save"]`, run: "click" },
        { trigger: `body:not(:has(.modal)) div[name="own_field_count"]:contains("2")` },
    ],
});
