from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import facts

LEDGER = "account.group_account_invoice,account.group_account_readonly"
SELLER = "sales_team.group_sale_salesman"
# who sells and keeps no accounts: no balances (as the host), of own counterparties, of all
SELLERS_SEE = "counterparty_crm.sellers_see_balances"


class CounterpartyFactsMoneyMixin(models.AbstractModel):
    """What a counterparty owes and is owed, and how it pays: one statement on open items."""

    _name = "counterparty.facts.money.mixin"
    _description = "Money facts about a counterparty"

    @api.model
    def _may_see_money(self, partner):
        """Tell whether the user keeps accounts, or sells and the setting shows the balance."""
        user = self.env.user
        if user.has_groups(LEDGER):
            return True
        if not user.has_group(SELLER):
            return False
        # the setting is the administrator's, what it says is for everybody
        setting = self.env["ir.config_parameter"].sudo().get_param(SELLERS_SEE)
        if setting == "own":
            entity = self._get_entity(partner)
            # whoever was responsible once is it no more
            in_force = self.env["counterparty.role"]._domain_in_force()
            roles = entity._get_counterparty_roles().filtered_domain(in_force)
            # not that of the contact asked: whoever adds contacts could make it his own
            return user in (entity.user_id | roles.responsible_id)
        return setting == "all"

    @api.model
    def _get_money(self, partner):
        if not self._may_see_money(partner):
            return []
        entity = self._get_entity(partner)
        money = self._read_money(entity)
        currency = self.env.company.currency_id
        labels = dict(
            balance=self.env._("Owes us"),
            overdue=self.env._("Overdue"),
            unused=self.env._("Prepaid and not used"),
            credited=self.env._("Credit notes not used"),
            payable=self.env._("We owe"),
            advanced=self.env._("We prepaid"),
            refunded=self.env._("Their credit notes not used"),
        )
        tones = {"overdue": "danger"}
        lines = [
            self._prepare_line(
                key, label, self._format_amount(money[key], currency), tones.get(key, "")
            )
            for key, label in labels.items()
            if not currency.is_zero(money[key])
        ]
        return lines + self._get_credit_used(entity, money["balance"])

    @api.model
    def _read_money(self, entity):
        """Return what is open with a counterparty in the company's currency.

        :return: ``balance``, ``overdue``, ``unused`` payments and ``credited`` of receivables,
            ``payable``, ``advanced`` payments and ``refunded`` of payables
        """
        Partner = self.env["res.partner"]
        # 7 ms of a partner with 17,000 invoices
        [row] = self.env.execute_query_dict(
            SQL(
                """
                SELECT COALESCE(SUM(amount) FILTER (WHERE owed), 0) AS balance,
                       %(overdue)s AS overdue,
                       COALESCE(-SUM(amount) FILTER (
                           WHERE owed AND amount < 0 AND NOT is_refund), 0) AS unused,
                       COALESCE(-SUM(amount) FILTER (
                           WHERE owed AND amount < 0 AND is_refund), 0) AS credited,
                       COALESCE(-SUM(amount) FILTER (WHERE NOT owed), 0) AS payable,
                       COALESCE(SUM(amount) FILTER (
                           WHERE NOT owed AND amount > 0 AND NOT is_refund), 0) AS advanced,
                       COALESCE(SUM(amount) FILTER (
                           WHERE NOT owed AND amount > 0 AND is_refund), 0) AS refunded
                  FROM (SELECT *,
                               -- asked of what is not used alone: most items are invoices
                               CASE WHEN owed = (amount < 0) THEN EXISTS (
                                   SELECT FROM account_move move
                                    WHERE move.id = open.move_id
                                      AND move.move_type IN ('out_refund', 'in_refund'))
                                    ELSE FALSE END AS is_refund
                          FROM (%(items)s) open) item
                """,
                overdue=Partner._sql_counterparty_overdue("item"),
                items=Partner._sql_counterparty_open_items(
                    entity, ("asset_receivable", "liability_payable")
                ),
            )
        )
        return row

    @api.model
    def _get_money_companies(self):
        """Return the company that works, with its branches: money has one currency and one ledger.

        Whoever may see balances sees those of the whole company, as the host's own ``credit``.
        """
        root = self.env.company.root_id
        return self.env["res.company"].sudo().search([("id", "child_of", root.id)])

    @api.model
    def _describe_money(self):
        """Return the heading of money: whose it is where several companies are chosen."""
        if len(self.env.companies.root_id) < 2:
            return self.env._("Money")
        return self.env._("Money, %(company)s", company=self.env.company.root_id.name)

    @api.model
    def _get_credit_used(self, entity, balance):
        """Return how much of the host's credit limit is used, where the company works with it."""
        if not self.env.company.account_use_credit_limit:
            return []
        # whoever may see the balance may see the limit beside it
        limit = entity.sudo().credit_limit
        if limit <= 0:
            return []
        # as the host's own warning on orders and invoices
        ordered = entity.sudo().credit_to_invoice
        share = facts.percent(max(balance + ordered, 0), limit) or 0
        shown = self._format_amount(limit, self.env.company.currency_id)
        text = self.env._("%(share)s %% of %(limit)s", share=share, limit=shown)
        if ordered > 0:
            text = self.env._(
                "%(share)s %% of %(limit)s, with orders to invoice", share=share, limit=shown
            )
        tone = "danger" if share > 100 else "warning" if share > 80 else "success"
        return [self._prepare_line("credit", self.env._("Credit used"), text, tone)]

    # ------------------------------------------------------------
    # How it pays
    # ------------------------------------------------------------

    @api.model
    def _get_payment_morals(self, entity):
        """Return how late invoices of twelve months were paid, for those who see balances.

        Beside them stand those that are overdue still: whoever pays nothing pays nothing late.
        """
        if not self._may_see_money(entity):
            return []
        row = self._read_payment_morals(entity)
        days, count, in_time, open_count, open_days, promised, received = row
        kept = self._get_promises(promised or [], received or [])
        lines = []
        if open_count:
            text = self.env._(
                "invoices: %(count)s, by %(days)s days on average",
                count=open_count,
                days=round(open_days),
            )
            tone = facts.tone_of_days_late(open_days)
            lines = [self._prepare_line("unpaid", self.env._("Not paid in time"), text, tone)]
        if not count:
            return [*lines, *kept]
        text = self.env._(
            "%(late)s; in time: %(share)s %% (invoices: %(count)s)",
            late=entity._describe_days_late(days),
            share=facts.percent(in_time, count),
            count=count,
        )
        # what was paid in time is no praise while more is overdue
        tone = facts.tone_of_days_late(max(days, open_days or days))
        return [self._prepare_line("pays", self.env._("Pays"), text, tone), *lines, *kept]

    @api.model
    def _read_payment_morals(self, entity):
        """Return average days late, number of paid invoices, those paid in time, and promises.

        What was settled by credit notes alone nobody has paid. An invoice in instalments is as
        late as the latest of them.

        :return: after these three the number of invoices that are overdue today and their average
            days; with the last two what ``_get_promises`` judges: promises to pay and payments
        """
        start = fields.Date.context_today(self) - relativedelta(years=1)
        companies = self._get_money_companies().ids
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model(
            ["reconciled", "date_maturity", "partner_id"]
            + ["amount_residual", "amount_residual_currency", "parent_state"]
        )
        [row] = self.env.execute_query(
            SQL(
                """
                WITH %(promises)s, unpaid AS (%(unpaid)s)
                SELECT AVG(late), COUNT(*), COUNT(*) FILTER (WHERE late <= 0),
                       (SELECT count FROM unpaid), (SELECT days FROM unpaid),
                       (SELECT json_agg(promise) FROM promise),
                       (SELECT json_agg(payment) FROM payment)
                  FROM (
                SELECT MAX(paid.day - item.date_maturity) AS late
                  FROM account_move_line item
                  JOIN account_account account ON account.id = item.account_id
                       AND account.account_type = 'asset_receivable'
                  JOIN account_move bill ON bill.id = item.move_id
                       AND bill.move_type = 'out_invoice'
                  JOIN LATERAL (SELECT MAX(part.max_date) AS day
                                  FROM account_partial_reconcile part
                                  JOIN account_move_line given ON given.id = part.credit_move_id
                                  JOIN account_move settled ON settled.id = given.move_id
                                       AND settled.move_type != 'out_refund'
                                 WHERE part.debit_move_id = item.id) paid ON paid.day IS NOT NULL
                 WHERE item.partner_id = %(partner)s AND item.reconciled AND item.date > %(start)s
                   AND item.parent_state = 'posted' AND item.company_id = ANY(%(companies)s)
                 GROUP BY bill.id) invoice
                """,
                promises=self._sql_promises(entity, start, companies),
                unpaid=self._sql_unpaid(entity, companies),
                partner=entity.id,
                start=start,
                companies=companies,
            )
        )
        return row

    @api.model
    def _sql_unpaid(self, entity, companies):
        """Select the number of invoices that are overdue today, and their average days."""
        return SQL(
            """
                SELECT COUNT(DISTINCT bill.id) AS count,
                       AVG(%(today)s - item.date_maturity) AS days
                  FROM account_move_line item
                  JOIN account_move bill ON bill.id = item.move_id
                       AND bill.move_type = 'out_invoice'
                 WHERE item.account_id IN (SELECT id FROM account_account
                                            WHERE account_type = 'asset_receivable')
                   AND item.partner_id = %(partner)s AND item.parent_state = 'posted'
                   AND (item.amount_residual != 0 OR item.amount_residual_currency != 0)
                   AND item.amount_residual > 0 AND item.date_maturity < %(today)s
                   AND item.company_id = ANY(%(companies)s)
            """,
            today=fields.Date.context_today(self),
            partner=entity.id,
            companies=companies,
        )
