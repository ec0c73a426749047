from odoo.tests import HttpCase, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestTourCounterpartyRole(CounterpartyCase, HttpCase):
    def test_manager_adds_a_role_by_the_button_beside_the_chips(self):
        login = "mona.manager"
        boss = self._user(login, "group_manager", "base.group_partner_manager", password=login)
        partner = self._company("Harbour Works")

        self.start_tour("/odoo/counterparty-overview", "counterparty_role", login=login)

        role = self._roles(partner)
        self.assertEqual((role.type_id, role.state), (self.bank, "active"))
        self.assertEqual(role.create_uid, boss)
