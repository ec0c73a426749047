from odoo.tests import Form, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestResPartnerDuplicate(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._user("kim", "group_user", "base.group_partner_manager")
        cls.known = cls._company("Zorile Rafturi SRL", vat="RO9900700006", phone="+40 721 234 567")

    def _new(self, user=None, **values):
        Partner = self.env["res.partner"].with_user(user or self.keeper)
        return Partner.new({"is_company": True, **values}).counterparty_duplicate_ids.ids

    def test_same_tax_number_in_any_spelling(self):
        for vat in ("RO9900700006", "9900700006", "ro 9900 700 006"):
            with self.subTest(vat=vat):
                self.assertEqual(self._new(name="Other", vat=vat), self.known.ids)

    def test_contacts_that_carry_the_number_of_their_company_are_left_out(self):
        self.foods.vat = "RO9900700014"
        self.assertEqual(self.ben.vat, "RO9900700014")

        self.assertEqual(self._new(name="Else", vat="9900 700.014"), self.foods.ids)

    def test_same_telephone_with_and_without_prefix(self):
        for phone in ("0721 234 567", "0040721234567", "721-234-567"):
            with self.subTest(phone=phone):
                self.assertEqual(self._new(name="Other", phone=phone), self.known.ids)

    def test_short_numbers_with_and_without_prefix(self):
        self.env.company.country_id = self.env.ref("base.ee")
        for stored, typed in (
            ("+372 5123456", "512 3456"),
            ("512 3457", "+372 5123457"),
            ("512345", "00372 512345"),
        ):
            with self.subTest(stored=stored, typed=typed):
                known = self._company(f"Balti {stored}", phone=stored)
                self.assertEqual(self._new(name="Other", phone=typed), known.ids)

    def test_accents_and_a_slip_of_the_pen_together(self):
        site = self._company("Șantier Modern SRL")
        builder = self._company("Строителна Къща ЕООД")

        self.assertEqual(self._new(name="SC Santier Moderm S.R.L."), site.ids)
        self.assertEqual(self._new(name="SC SANTIER MODERN"), site.ids)
        self.assertEqual(self._new(name="СТРОИТЕЛНА КЪЩА"), builder.ids)

    def test_names_are_searched_in_one_pass(self):
        partner = self.env["res.partner"].new({"name": "Alpha Beta Gamma Delta"})
        partner._find_similar_name()

        with self.assertQueryCount(1):
            partner._find_similar_name()

    def test_similar_name(self):
        for name in ("Zorile Rafturi", "ZORILE RAFTURI S.R.L.", "Zorile Rafturii"):
            with self.subTest(name=name):
                self.assertEqual(self._new(name=name), self.known.ids)
        self.assertFalse(self._new(name="Zorile Transport"))

    def test_landline_with_and_without_the_zero_in_front(self):
        office = self._company("Dunav Build EOOD", phone="02 987 6543")

        self.assertEqual(self._new(name="Other", phone="+359 2 987 6543"), office.ids)

    def test_similar_name_among_many_that_begin_alike(self):
        self.env["res.partner"].create([{"name": f"Consulting {n}"} for n in range(220)])
        known = self._company("Zeta Consultants SRL")

        self.assertEqual(self._new(name="Zeta Consultant SRL"), known.ids)

    def test_archived_ones_are_found(self):
        self.known.active = False

        for values in ({"vat": "RO9900700006"}, {"phone": "0721234567"}, {}):
            with self.subTest(values=values):
                name = "Other" if values else "Zorile Rafturi"
                self.assertEqual(self._new(name=name, **values), self.known.ids)

    def test_form_shows_them_before_saving(self):
        with Form(self.env["res.partner"].with_user(self.keeper)) as form:
            form.name = "Somebody"
            self.assertFalse(form.counterparty_duplicate_ids.ids)
            form.phone = "0721234567"
            self.assertEqual(form.counterparty_duplicate_ids.ids, self.known.ids)

    def test_saved_counterparties_do_not_search(self):
        self._company("Zorile Rafturi")
        self.known.invalidate_recordset()
        self.known.read(["name", "vat", "phone", "parent_id", "is_company"])

        with self.assertQueryCount(0):
            self.assertFalse(self.known.counterparty_duplicate_ids)

    def test_what_the_user_may_not_read_is_not_shown(self):
        self.env.ref("base.res_partner_rule").active = True
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.known.company_id = other

        self.assertFalse(self._new(name="Other", vat="RO9900700006"))
