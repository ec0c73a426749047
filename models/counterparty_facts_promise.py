from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import facts
from ..tools.kept_promises import Payment, Promise, judge

# payments have an entry of their own, or wait for one of the bank's; a line of the bank that only
# repeats such a payment is not counted again. Nobody's payments are read where nothing is promised
PROMISES = """
    promise AS MATERIALIZED (
        SELECT date AS made, promised_on AS due, promised_amount AS amount,
               promised_currency_id AS currency_id
          FROM counterparty_interaction
         WHERE commercial_partner_id = %(entity)s AND promised_on > %(start)s
           AND (company_id = ANY(%(companies)s) OR company_id IS NULL)),
    payer AS MATERIALIZED (
        SELECT id FROM res_partner WHERE commercial_partner_id = %(entity)s),
    paid AS MATERIALIZED (
        SELECT date, amount, currency_id, move_id
          FROM account_payment
         WHERE EXISTS (SELECT FROM promise) AND partner_id IN (SELECT id FROM payer)
           AND payment_type = 'inbound' AND partner_type = 'customer'
           AND state IN ('in_process', 'paid') AND company_id = ANY(%(companies)s)
           AND date >= (SELECT MIN(made)::date - 1 FROM promise)),
    payment AS (
        SELECT date, amount, currency_id FROM paid
         UNION ALL
        SELECT item.date, -item.amount_currency, item.currency_id
          FROM account_move_line item
          JOIN account_account account ON account.id = item.account_id
               AND account.account_type = 'asset_receivable'
         WHERE EXISTS (SELECT FROM promise) AND item.partner_id IN (SELECT id FROM payer)
           AND item.statement_line_id IS NOT NULL AND item.balance < 0
           AND item.parent_state = 'posted' AND item.company_id = ANY(%(companies)s)
           AND item.date >= (SELECT MIN(made)::date - 1 FROM promise)
           AND NOT EXISTS (SELECT FROM paid
                            WHERE paid.move_id IS NULL AND paid.currency_id = item.currency_id
                              AND paid.amount = -item.amount_currency
                              AND paid.date <= item.date))"""


class CounterpartyFactsPromiseMixin(models.AbstractModel):
    """Whether a counterparty pays what it has promised, as noted in its interactions."""

    _name = "counterparty.facts.promise.mixin"
    _description = "Promises to pay of a counterparty"

    @api.model
    def _sql_promises(self, entity, start, companies):
        """Return the queries ``promise`` and ``payment``, part of the card's one on payments.

        :param start: promises for days after it
        :param companies: ids of those whose promises and payments count
        """
        self.env["counterparty.interaction"].flush_model()
        self.env["account.payment"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL(PROMISES, entity=entity.id, start=start, companies=companies)

    @api.model
    def _get_promises(self, promised, received):
        """Return how many promises were kept of those that can be judged.

        :param promised: rows of ``promise``, as JSON
        :param received: rows of ``payment``, as JSON
        """
        today = fields.Date.context_today(self)
        kept = count = 0
        for currency_id in {row["currency_id"] for row in promised}:
            currency = self.env["res.currency"].browse(currency_id)
            promises = [
                Promise(
                    self._get_day_made(row["made"]), date.fromisoformat(row["due"]), row["amount"]
                )
                for row in promised
                if row["currency_id"] == currency_id
            ]
            payments = [self._convert_payment(row, currency) for row in received]
            verdicts = judge(promises, payments, today)
            kept += verdicts.count(True)
            count += len(verdicts) - verdicts.count(None)
        if not count:
            return []
        text = self.env._("kept: %(kept)s of %(count)s", kept=kept, count=count)
        tone = facts.tone_of_share(facts.percent(kept, count))
        label = self.env._("Promises to pay")
        return [self._prepare_line("promises", label, text, tone, opens=True)]

    @api.model
    def _get_day_made(self, moment):
        moment = fields.Datetime.to_datetime(moment.replace("T", " ")[:19])
        return fields.Datetime.context_timestamp(self, moment).date()

    @api.model
    def _convert_payment(self, row, currency):
        """Return a payment in the currency of a promise, at the rate of its day."""
        day = date.fromisoformat(row["date"])
        paid = self.env["res.currency"].browse(row["currency_id"])
        amount = row["amount"]
        if paid != currency:
            amount = paid._convert(amount, currency, self.env.company, day, round=True)
        return Payment(day, amount)
