from freezegun import freeze_time

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestStoryCounterparty(CounterpartyCase):
    @mute_logger("odoo.addons.base.wizard.base_partner_merge")
    def test_a_prospect_becomes_customer_and_supplier_is_handed_over_merged_and_ends(self):
        sara = self._user("sara", "sales_team.group_sale_salesman")
        theo = self._user("theo", "sales_team.group_sale_salesman")
        list_of_customers = {"default_is_company": True, "counterparty_default_type": "customer"}

        # Sara meets a company at a fair and enters it into the list of customers
        with Form(self.env["res.partner"].with_context(**list_of_customers)) as form:
            form.name = "Harbour Works"
            form.user_id = sara
        harbour = form.record
        customer = harbour.counterparty_role_ids
        self.assertEqual(customer.display_name, "Customer (Prospect)")
        self.assertEqual(customer.responsible_id, sara)

        # it asks for an offer, orders, and later sells us something too
        order = self._order(harbour, user_id=sara.id)
        self._commit()
        self.assertEqual(customer.state, "prospect")
        order.action_confirm()
        offer = self._order(harbour, user_id=sara.id)
        self._purchase(harbour, confirmed=True)
        self._commit()
        self.assertEqual(customer.state, "active")
        self.assertEqual(customer.date_business, self._day())
        self.assertEqual(harbour.counterparty_type_ids, self.customer | self.supplier)
        self.assertIn(",discounts,", harbour.counterparty_sections)

        # Sara leaves: Theo takes over what is open
        handover = (
            self.env["counterparty.handover"]
            .with_user(self.manager)
            .create({"from_user_id": sara.id, "to_user_id": theo.id, "reason": "Parental leave"})
        )
        self.assertEqual((handover.partner_count, handover.quotation_count), (1, 1))
        handover.action_hand_over()
        self.assertEqual(customer.responsible_id | harbour.user_id | offer.user_id, theo)
        self.assertEqual(order.user_id, sara)

        # somebody had entered the company twice
        twin = self._company("Harbour Works Ltd")
        self._role(twin, self.bank)
        self._role(twin, date_from=self._day(-30), is_prospect=True)
        merge = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": [(6, 0, (harbour | twin).ids)], "dst_partner_id": harbour.id}
        )
        merge.action_merge()
        self.assertEqual(harbour.counterparty_type_ids, self.customer | self.supplier | self.bank)
        self.assertEqual((customer.date_from, customer.state), (self._day(-30), "active"))

        # the relation ends, and only new business begins it again
        harbour.counterparty_role_ids.action_end()
        with freeze_time(self._day(1)):
            self.env.invalidate_all()
            self.assertFalse(harbour.counterparty_type_ids)
            self.assertIn("No role since", harbour.counterparty_banner)
        customer.action_resume()
        self.assertEqual(customer.state, "active")
