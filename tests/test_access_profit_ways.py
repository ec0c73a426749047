import base64
import re

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.sale_order_line import COST_PROFIT
from .common_profit import ProfitCase

MARGIN = "counterparty_crm.group_sale_margin"
EVERYTHING = (
    "group_manager",
    "group_credit_override",
    "group_personal_documents",
    # their managers see cost and profit by themselves
    "sales_team.group_sale_salesman_all_leads",
    "purchase.group_purchase_manager",
    "account.group_account_user",
    "stock.group_stock_manager",
    "base.group_allow_export",
    "base.group_multi_company",
)
# what the words of cost and profit look like in names and labels
WORDS = re.compile(
    r"profit|cost|margin|markup|contribution|spent|unknown|\broi\b|_roi|_cpa|budget", re.I
)
# named like cost or profit, and no amount of either
HARMLESS = {
    ("counterparty.attribution.comparison", "can_see_profit"),
    ("res.company", "counterparty_services_free"),
    ("res.config.settings", "counterparty_services_free"),
    ("res.config.settings", "group_counterparty_profit"),
    ("utm.campaign", "counterparty_profit_on"),
}
# what facts keep beside themselves is read by nobody but our own statements
CLOSED = {"counterparty.sale.fact.kept"}


@tagged("post_install", "-at_install", "counterparty_profit")
class TestAccessProfitWays(ProfitCase):
    """Every field with a cost or profit, every way to learn it, every model of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.blind = cls._profit_user("blind", *EVERYTHING)
        cls.reader = cls._profit_user("reader", *EVERYTHING, "group_cost_profit")
        cls.elsewhere = cls.reader.copy(
            {
                "login": "elsewhere",
                "company_id": cls.other_company.id,
                "company_ids": [Command.set(cls.other_company.ids)],
            }
        )
        cls.holding = cls.env["counterparty.holding"].create(
            {"name": "Group", "head_id": cls.customer.id}
        )
        cls.spring.write({"counterparty_budget": 500})
        cls.env["counterparty.cost"].create(
            {"name": "Stand", "amount": 30, "date": "2026-03-01", "campaign_id": cls.spring.id}
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(campaign_id=self.spring.id, day=fields.Date.today())
        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {self.invoice.invoice_line_ids.id: 33}, "Price list"
        )
        # away for the time of a draft: what it cost is kept
        self._invoice(self._line(price=70)).button_draft()
        self.env.flush_all()

    def _env_of(self, user):
        """Return the environment of a user with his company."""
        allowed = {"allowed_company_ids": user.company_id.ids}
        return self.env(user=user, context={**self.env.context, **allowed})

    # ------------------------------------------------------------
    # Without the right to see cost and profit
    # ------------------------------------------------------------

    def test_whatever_is_called_cost_or_profit_has_its_group(self):
        open_ones = [
            f"{model}.{name}"
            for model, name, field in self._our_fields()
            if (WORDS.search(name) or WORDS.search(field.string or ""))
            and (model, name) not in HARMLESS
            and not {COST_PROFIT, MARGIN} & set((field.groups or "").split(","))
        ]

        self.assertEqual(open_ones, [])

    def test_those_without_the_right_learn_it_in_no_way(self):
        for model, name in self._secrets():
            readers = self._ways(self.reader, model, name)
            allowed = {way for way, attempt in readers.items() if self._is_open(attempt)}
            with self.subTest(model=model, field=name):
                self.assertTrue(allowed or model in CLOSED, "nobody can read it in any way")
            for way, attempt in self._ways(self.blind, model, name).items():
                with self.subTest(model=model, field=name, way=way):
                    if way in allowed:
                        self.assertRaises(AccessError, attempt)
                    else:
                        self.assertFalse(self._is_open(attempt))

    def test_those_without_the_right_are_not_offered_it(self):
        for model, name in self._secrets():
            with self.subTest(model=model, field=name):
                self.assertNotIn(name, self._env_of(self.blind)[model].fields_get())

    def test_no_view_of_ours_shows_it_to_those_without_the_right(self):
        secrets = {}
        for model, name in self._secrets():
            secrets.setdefault(model, set()).add(name)
        views = self.env["ir.ui.view"].search(
            [("model", "in", list(secrets)), ("type", "!=", "qweb"), ("mode", "=", "primary")]
        )
        self.assertGreater(len(views), 20)
        for view in views:
            with self.subTest(view=view.name):
                Model = self._env_of(self.blind)[view.model]
                if not Model.has_access("read"):
                    continue
                arch = Model.get_view(view.id, view.type)["arch"]
                named = set(re.findall(r'<field name="(\w+)"', arch))
                self.assertFalse(named & secrets[view.model])

    def test_portal_users_learn_it_in_no_way(self):
        portal = self._profit_user("patty", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        for model, name in self._secrets():
            for way, attempt in self._ways(portal, model, name).items():
                with self.subTest(model=model, field=name, way=way):
                    self.assertFalse(self._is_open(attempt))

    # ------------------------------------------------------------
    # Without the company
    # ------------------------------------------------------------

    def test_those_without_the_company_find_no_row(self):
        models = {model for model, _name in self._secrets()}
        models -= CLOSED | {"res.partner", "utm.campaign"}
        found = 0
        for model in sorted(models):
            Model = self.env[model].with_user(self.elsewhere)
            Model = Model.with_context(allowed_company_ids=self.other_company.ids)
            if self.env[model].is_transient() or "company_id" not in Model._fields:
                continue
            ours = self.env[model].search([("company_id", "=", self.company.id)])
            found += bool(ours)
            with self.subTest(model=model):
                self.assertFalse(Model.search([("company_id", "=", self.company.id)]))
                self.assertFalse(Model.search([("id", "in", ours.ids)]))
                [row] = Model.formatted_read_group(
                    [("company_id", "=", self.company.id)], [], ["__count"]
                )
                self.assertEqual(row["__count"], 0)
                if ours:
                    for read in ("read", "export_data"):
                        with self.assertRaises(AccessError):
                            getattr(Model.browse(ours.ids), read)(["display_name"])
        self.assertGreaterEqual(found, 6)

    def test_figures_of_partners_and_campaigns_leave_the_other_company_out(self):
        there = self._env_of(self.elsewhere)
        partner, campaign = self.customer.with_env(there), self.spring.with_env(there)

        self.assertEqual((partner.counterparty_sales_12m, partner.counterparty_profit_12m), (0, 0))
        self.assertFalse(partner.counterparty_last_sale)
        self.assertEqual((campaign.counterparty_revenue, campaign.counterparty_profit), (0, 0))
        self.assertEqual((campaign.counterparty_spent, campaign.counterparty_new_customers), (0, 0))

    def test_dialogs_answer_and_change_nothing_of_another_company(self):
        there = self._env_of(self.elsewhere)
        text = base64.b64encode(b"product,from,to,unit cost\nA-1,2026-01-01,2026-12-31,7\n")
        line = self.invoice.invoice_line_ids.id
        ours = {"company_id": self.company.id}
        dialogs = {
            "check": lambda: there["counterparty.fact.check"].create(ours).action_check(),
            "repair": lambda: there["counterparty.fact.check"].create(ours).action_repair(),
            "rebuild": lambda: there["counterparty.fact.check"].create(ours).action_rebuild(),
            "costs": lambda: (
                there["counterparty.unit.cost.import"]
                .create({**ours, "file": text, "reason": "Guess"})
                .action_import()
            ),
            "campaign": lambda: (
                there["counterparty.campaign.correction"]
                .create({"line_ids": [Command.set([line])], "reason": "Guess"})
                .action_correct()
            ),
            "contacts": lambda: there["counterparty.contact.effect"].create(ours).action_compare(),
        }
        before = self._facts(self.invoice).ids
        self.goods.default_code = "A-1"
        for name, attempt in dialogs.items():
            with self.subTest(name), self.assertRaises(AccessError):
                attempt()
        self.assertEqual(self._facts(self.invoice).ids, before)

    # ------------------------------------------------------------
    # Fields and ways
    # ------------------------------------------------------------

    def _our_fields(self):
        """Yield every field of our models, and ours of the host's."""
        for model in sorted(self.env.registry):
            if self.env[model]._abstract:
                continue
            for name, field in self.env[model]._fields.items():
                if model.startswith("counterparty.") or field._module == "counterparty_crm":
                    yield model, name, field

    def _secrets(self):
        found = [
            (model, name)
            for model, name, field in self._our_fields()
            if COST_PROFIT in (field.groups or "").split(",")
        ]
        # the walk finds them by their group: were it renamed, it would find nothing
        self.assertGreater(len(found), 60)
        return found

    def _rows(self, user, model):
        """Return a record to ask about, as the user; of a dialog, one of his own."""
        env = self._env_of(user)
        if not self.env[model].is_transient():
            domain = [("id", "=", self.customer.id)] if model == "res.partner" else []
            if model == "utm.campaign":
                domain = [("id", "=", self.spring.id)]
            return self.env[model].search(domain, limit=1).with_env(env)
        Model = env[model].sudo()
        if model.endswith(".line"):
            head = next(name for name in ("check_id", "effect_id") if name in Model._fields)
            parent = env[Model._fields[head].comodel_name].sudo().create({})
            return Model.create({head: parent.id, "name": "Row"}).with_env(env)
        values = {"file": "YQ==", "reason": "Guess"} if "file" in Model._fields else {}
        return Model.create(values).with_env(env)

    def _ways(self, user, model, name):
        """Return every way in which a program could ask for a field, by its name."""
        rows = self._rows(user, model)
        Model = rows.browse()
        something = {"sum": f"{name}:sum", "list": f"{name}:array_agg", "max": f"{name}:max"}
        asked = self._question(model, name)
        ways = {
            "read": lambda: rows.read([name]),
            "web_read": lambda: rows.web_read({name: {}}),
            "attribute": lambda: rows.mapped(name),
            "export": lambda: rows.export_data([name]),
            "search_fetch": lambda: Model.search_fetch([], [name], limit=1),
            "search_read": lambda: Model.search_read([], [name], limit=1),
            "domain": lambda: Model.search([asked], limit=1),
            "count": lambda: Model.search_count([asked]),
            "name_search": lambda: Model.name_search("", [asked]),
            "order": lambda: Model.search([], order=f"{name} desc", limit=1),
            "filter": lambda: rows.filtered_domain([asked]),
            "group": lambda: Model.formatted_read_group([], [name], ["__count"]),
            "group_list": lambda: Model.web_read_group([], [name], ["__count"]),
            "pivot": lambda: Model.formatted_read_grouping_sets([], [[name]], ["__count"]),
            "having": lambda: Model.formatted_read_group(
                [], ["id"], ["__count"], having=[(f"{name}:sum", ">", 5)]
            ),
            "group_order": lambda: Model.formatted_read_group(
                [], ["id"], ["__count"], order=f"{name}:sum desc"
            ),
            "copy": lambda: self._copy(rows, name),
        }
        for way, aggregate in something.items():
            ways[way] = lambda spec=aggregate: Model.formatted_read_group([], [], [spec])
        for path in self._paths(model):
            ways[f"path {path}"] = lambda path=path: (
                self.env[path[0]]
                .with_env(Model.env)
                .search([(f"{path[1]}.{asked[0]}", *asked[1:])], limit=1)
            )
        return ways

    def _question(self, model, name):
        """Return a condition that the host cannot answer without the field."""
        field = self.env[model]._fields[name]
        if field.type == "selection":
            return name, "=", field.get_values(self.env)[0]
        if field.type in ("char", "text"):
            return name, "=", "n/a"
        if field.type in ("monetary", "float", "integer"):
            return name, ">", 5
        return name, "!=", False

    def _copy(self, rows, name):
        """Return what a copy of the record would have; a copy without the field tells nothing."""
        [values] = rows.copy_data()
        if name not in values:
            raise AccessError(name)
        return values[name]

    def _paths(self, model):
        """Return the links of our own models that lead to a model."""
        return [
            (other, name)
            for other, name, field in self._our_fields()
            if other.startswith("counterparty.sale")
            and field.type == "many2one"
            and field.store
            and field.comodel_name == model
        ]

    def _is_open(self, attempt):
        """Tell whether an attempt tells anything; what the host cannot do tells nothing."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db", "odoo.models"):
                attempt()
        except Exception:  # noqa: BLE001 whatever stops it, it is stopped
            return False
        return True
