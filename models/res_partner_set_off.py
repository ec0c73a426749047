from odoo import models

from ..tools import set_off
from ..tools import statement_accounts as rules


class CounterpartySetOffPartnerMixin(models.AbstractModel):
    """A partner that owes us and is owed by us."""

    _name = "counterparty.set.off.partner.mixin"
    _description = "Set-off with a Counterparty"

    def _get_counterparty_set_off(self):
        """Return what can be set off by currency: ``[(currency id, proposal)]``.

        Only documents of customers and suppliers count: advances and doubtful ones are not due.

        :raises AccessError: when the reader may not see balances
        """
        self.ensure_one()
        # salespeople read lines of their invoices, but no balances
        self.env["counterparty.statement"].check_access("read")
        entity = self.commercial_partner_id
        source = self.env["counterparty.statement.source"]
        items = source._get_open_items(
            entity, self.env.company, sections=[rules.RECEIVABLE, rules.PAYABLE]
        ).get(entity.id, [])
        digits = source._get_digits()
        sides = {}
        for item in items:
            theirs, ours = sides.setdefault(item.currency, ([], []))
            amount = item.amount * rules.SECTIONS[item.section].sign
            claim = set_off.Claim(item.document, item.day, item.due, amount)
            (theirs if item.section == rules.RECEIVABLE else ours).append(claim)
        found = [
            (currency, set_off.propose(*both, digits.get(currency, 2)))
            for currency, both in sides.items()
        ]
        return [(currency, proposal) for currency, proposal in found if proposal]
