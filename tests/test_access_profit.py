from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CounterpartyCase

FIELDS = {
    "sale.order": ("margin", "margin_percent"),
    "sale.order.line": ("margin", "margin_percent", "purchase_price"),
    "sale.report": ("margin",),
}


@tagged("post_install", "-at_install", "counterparty_profit", "counterparty_foundation")
class TestAccessProfit(CounterpartyCase):
    """Margins are for those who see cost and profit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sales = "sales_team.group_sale_salesman_all_leads"
        cls.seller = cls._user("sid", sales, "base.group_allow_export")
        cls.boss = cls._user("bea", sales, "group_cost_profit")
        cls.teller = cls._user("tess", sales, "group_sale_margin")
        cls.service.standard_price = 60.0
        cls.order = cls._order(cls, cls.portal.partner_id, confirmed=True)
        cls.env.flush_all()
        cls.records = {
            "sale.order": cls.order,
            "sale.order.line": cls.order.order_line,
            "sale.report": cls.env["sale.report"].search(
                [("order_reference", "=", f"sale.order,{cls.order.id}")]
            ),
        }

    def _each(self):
        for model, names in FIELDS.items():
            for name in names:
                yield model, name, self.records[model]

    def test_records_are_there_to_be_read(self):
        self.assertEqual(self.order.margin, 40.0)
        self.assertTrue(self.records["sale.report"])

    def test_sellers_cannot_read_them_in_any_way(self):
        for model, name, records in self._each():
            records = records.with_user(self.seller)
            ways = {
                "read": lambda r=records, n=name: r.read([n]),
                "attribute": lambda r=records, n=name: r.mapped(n),
                "export": lambda r=records, n=name: r.export_data([n]),
                "search": lambda r=records, n=name: r.search([(n, ">", 0)]),
                "order": lambda r=records, n=name: r.search([], order=f"{n} desc"),
                "filter": lambda r=records, n=name: r.filtered_domain([(n, ">", 0)]),
            }
            if name != "margin_percent" or model == "sale.order.line":
                total = [f"{name}:sum"]
                ways["group"] = lambda r=records, t=total: r.formatted_read_group([], [], t)
            for way, attempt in ways.items():
                with self.subTest(model=model, field=name, way=way), self.assertRaises(AccessError):
                    attempt()

    def test_portal_users_cannot_read_them_on_their_own_order(self):
        self.assertTrue(self.order.with_user(self.portal).read(["name"]))

        for model, name, records in self._each():
            with self.subTest(model=model, field=name), self.assertRaises(AccessError):
                records.with_user(self.portal).read([name])

    def test_fields_are_not_offered_to_sellers(self):
        for model, name, records in self._each():
            with self.subTest(model=model, field=name):
                self.assertNotIn(name, records.with_user(self.seller).fields_get())
                self.assertIn(name, records.with_user(self.boss).fields_get())

    def test_those_who_see_cost_and_profit_read_them(self):
        for model, name, records in self._each():
            with self.subTest(model=model, field=name):
                found = records.with_user(self.boss).search([(name, ">", 0)])
                self.assertLessEqual(records, found.sudo())
                self.assertTrue(all(records.with_user(self.boss).mapped(name)))

    def test_margins_of_orders_bring_no_profit_along(self):
        for _model, name, records in self._each():
            self.assertTrue(all(records.with_user(self.teller).mapped(name)))

        Report = self.env["counterparty.profit.report"].with_user(self.teller)
        partner = self.late_payer.with_user(self.teller)
        self.assertNotIn("profit", Report.fields_get())
        with self.assertRaises(AccessError):
            Report.formatted_read_group([], [], ["profit:sum"])
        with self.assertRaises(AccessError):
            partner.read(["counterparty_profit_12m"])

    def test_order_form_of_a_seller_shows_no_trace_of_margins(self):
        arch = self.env["sale.order"].with_user(self.seller).get_view(view_type="form")["arch"]
        boss = self.env["sale.order"].with_user(self.boss).get_view(view_type="form")["arch"]

        self.assertNotIn("margin_percent", arch)
        self.assertNotIn("purchase_price", arch)
        self.assertIn("margin_percent", boss)
        self.assertIn("purchase_price", boss)

    def test_seller_works_with_orders_as_before(self):
        form = Form(self.env["sale.order"].with_user(self.seller))
        form.partner_id = self.late_payer
        with form.order_line.new() as line:
            line.product_id = self.service
        order = form.save()

        copy = order.copy()
        copy.action_confirm()
        order.order_line.product_uom_qty = 3

        self.assertEqual(copy.state, "sale")
        self.assertEqual((order.sudo().margin, copy.sudo().margin), (120.0, 40.0))

    def test_cost_typed_by_those_who_see_it_is_kept(self):
        with Form(self.env["sale.order"].with_user(self.boss)) as form:
            form.partner_id = self.late_payer
            with form.order_line.new() as line:
                line.product_id = self.service
                line.purchase_price = 45.0

        line = form.record.order_line
        self.assertEqual((line.purchase_price, line.margin), (45.0, 55.0))
        self.assertEqual(form.record.margin, 55.0)

    def test_sellers_cannot_write_a_cost(self):
        line = self.order.order_line.with_user(self.seller)

        with self.assertRaises(AccessError):
            line.purchase_price = 1.0
        with self.assertRaises(AccessError):
            line.create(
                {
                    "order_id": self.order.id,
                    "product_id": self.service.id,
                    "purchase_price": 1.0,
                }
            )

    def test_lists_and_pivots_of_sellers_leave_them_out(self):
        for model in FIELDS:
            for view in ("list", "pivot"):
                with self.subTest(model=model, view=view):
                    Model = self.env[model].with_user(self.seller)
                    self.assertNotIn("margin", Model.get_view(view_type=view)["arch"])

        boss = self.env["sale.order"].with_user(self.boss).get_view(view_type="pivot")["arch"]
        self.assertIn("margin_percent", boss)
