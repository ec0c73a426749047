import operator as operators

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .counterparty_facts_money import LEDGER, SELLER, SELLERS_SEE
from .hidden_monetary import HiddenMonetary

GROUP_USER = "counterparty_crm.group_user"
COMPARISONS = {"<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge}


class CounterpartyBalancePartnerMixin(models.AbstractModel):
    """What a counterparty owes today, fast enough for a page of a list."""

    _name = "counterparty.balance.partner.mixin"
    _description = "Balance of a Counterparty"

    # not the host's currency of a partner, which is that of the company that the partner belongs to
    counterparty_balance_currency_id = fields.Many2one(
        "res.currency", compute="_compute_counterparty_balance", groups=GROUP_USER
    )
    counterparty_balance = HiddenMonetary(
        "Balance",
        compute="_compute_counterparty_balance",
        currency_field="counterparty_balance_currency_id",
        groups=GROUP_USER,
        help="Open receivables in the company's currency, as in the partner ledger.",
    )
    counterparty_overdue = HiddenMonetary(
        "Overdue",
        compute="_compute_counterparty_balance",
        search="_search_counterparty_overdue",
        currency_field="counterparty_balance_currency_id",
        groups=GROUP_USER,
        help="The part of the balance that was due before today.",
    )

    @api.depends_context("company", "tz", "uid")
    def _compute_counterparty_balance(self):
        rows, seen = {}, self._filter_counterparty_balance()
        if entities := seen.commercial_partner_id._origin:
            query = self._sql_counterparty_balance(entities)
            rows = {entity_id: row for entity_id, *row in self.env.execute_query(query)}
        self.counterparty_balance_currency_id = self.env.company.currency_id
        # nothing instead of zero for whom it is kept from
        (self - seen).counterparty_balance = False
        (self - seen).counterparty_overdue = False
        for partner in seen:
            entity = partner.commercial_partner_id._origin
            partner.counterparty_balance, partner.counterparty_overdue = rows.get(entity.id, (0, 0))

    def _filter_counterparty_balance(self):
        """Return the partners whose balance the user may see: by rights or by the setting."""
        if self.env.user.has_groups(LEDGER):
            return self
        return self.filtered(self.env["counterparty.facts"]._may_see_money)

    def _search_counterparty_overdue(self, operator, value):
        """Find who owes amounts that were due before today; whoever owes nothing owes zero."""
        if operator == "in":
            amounts = [amount or 0.0 for amount in value]
            asked, has_zero = SQL("overdue = ANY(%s::numeric[])", amounts), 0.0 in amounts
        elif operator in COMPARISONS:
            asked = SQL("overdue %s %s", SQL(operator), value)
            has_zero = COMPARISONS[operator](0.0, value)
        else:
            return NotImplemented
        whose = self._domain_counterparty_balance()
        if whose.is_false():
            return whose
        # of those with open items: who is found, or the others where who has none is found, too
        overdue = SQL(
            "(SELECT partner_id FROM (%s) AS item (partner_id, balance, overdue) WHERE %s)",
            self._sql_counterparty_balance(None),
            SQL("NOT (%s)", asked) if has_zero else asked,
        )
        return whose & Domain("commercial_partner_id", "not in" if has_zero else "in", overdue)

    @api.model
    def _domain_counterparty_balance(self):
        """Return the domain of ``_filter_counterparty_balance``."""
        if self.env.user.has_groups(LEDGER):
            return Domain.TRUE
        # the setting is the administrator's, what it says is for everybody
        setting = self.env["ir.config_parameter"].sudo().get_param(SELLERS_SEE)
        if setting not in ("own", "all") or not self.env.user.has_group(SELLER):
            return Domain.FALSE
        if setting == "all":
            return Domain.TRUE
        # not that of a contact: whoever adds contacts could make it his own; nor of the past
        roles = self.env["counterparty.role"]._domain_in_force()
        roles &= Domain("responsible_id", "=", self.env.uid)
        return Domain("commercial_partner_id.user_id", "=", self.env.uid) | Domain(
            "commercial_partner_id.counterparty_role_ids", "any", roles
        )

    @api.model
    def _sql_counterparty_balance(self, entities):
        """Return a query: entity, open receivables, overdue part, in the company's currency.

        :param entities: whose; of all without
        :return: one row per counterparty that has open receivables
        """
        return SQL(
            """
            SELECT item.partner_id, SUM(item.amount), %(overdue)s
              FROM (%(items)s) item
             GROUP BY 1
            """,
            overdue=self._sql_counterparty_overdue("item"),
            items=self._sql_counterparty_open_items(entities, ("asset_receivable",)),
        )

    @api.model
    def _sql_counterparty_overdue(self, alias):
        """Return the sum of open receivables that were due before today."""
        return SQL(
            "COALESCE(SUM(%(amount)s) FILTER (WHERE %(owed)s AND %(due)s < %(today)s), 0)",
            amount=SQL.identifier(alias, "amount"),
            owed=SQL.identifier(alias, "owed"),
            due=SQL.identifier(alias, "date_maturity"),
            today=fields.Date.context_today(self),
        )

    @api.model
    def _sql_counterparty_open_items(self, entities, kinds):
        """Return a query of open items in the working company's currency.

        Columns: ``partner_id``, ``move_id``, ``amount`` that is left, ``date_maturity``, and
        whether it is ``owed`` to us.

        :param entities: whose; of all without
        :param kinds: types of accounts

        What is open is asked as the index of open items has it, which alone is read. The host's
        ``credit`` reads every journal item of a partner: 240 ms for a page of 80 partners, one of
        them with 60,000 items.
        """
        # figures of the whole company, as in the host's own ``credit``, whichever branches are on
        branches = self.env["counterparty.facts"]._get_money_companies()
        accounts = self._get_counterparty_accounts(kinds)
        self.env["account.move.line"].flush_model(
            ["account_id", "amount_residual", "amount_residual_currency", "company_id"]
            + ["date_maturity", "parent_state", "partner_id"]
        )
        return SQL(
            """
            SELECT line.partner_id, line.move_id, line.amount_residual AS amount,
                   line.date_maturity,
                   line.account_id = ANY(%(receivable)s) AS owed
              FROM account_move_line line
             WHERE line.account_id = ANY(%(accounts)s) AND %(whose)s
               AND line.parent_state = 'posted'
               AND (line.amount_residual != 0 OR line.amount_residual_currency != 0)
               AND line.company_id = ANY(%(companies)s)
            """,
            receivable=accounts.get("asset_receivable", []),
            accounts=[account for found in accounts.values() for account in found],
            whose=(
                SQL("line.partner_id IS NOT NULL")
                if entities is None
                else SQL("line.partner_id = ANY(%s)", entities.ids)
            ),
            companies=branches.ids,
        )

    @api.model
    def _get_counterparty_accounts(self, kinds):
        """Return ``{kind: ids}`` of the accounts of some types."""
        # which accounts are receivables says nothing of what is on them
        accounts = self.env["account.account"].sudo().with_context(active_test=False)
        query = accounts._search([("account_type", "in", kinds)])
        found = {}
        columns = (SQL.identifier(accounts._table, name) for name in ("id", "account_type"))
        for account, kind in self.env.execute_query(query.select(*columns)):
            found.setdefault(kind, []).append(account)
        return found
