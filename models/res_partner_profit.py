from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import ratio
from .sale_order_line import COST_PROFIT

REPORT = "counterparty.profit.report"


class CounterpartyProfitPartnerMixin(models.AbstractModel):
    """What a counterparty brought in the last twelve months, and how it pays."""

    _name = "counterparty.profit.partner.mixin"
    _description = "Profit of a Counterparty"
    _inherit = ["counterparty.sale.fact.reference.mixin"]

    _counterparty_fact_columns = ("commercial_partner_id", "partner_id")

    counterparty_profit_currency_id = fields.Many2one(
        "res.currency", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_has_sales = fields.Boolean(
        compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_sales_12m = fields.Monetary(
        "Net Revenue of 12 Months",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_profit_currency_id",
        groups=COST_PROFIT,
    )
    counterparty_profit_12m = fields.Monetary(
        "Gross Profit of 12 Months",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_profit_currency_id",
        groups=COST_PROFIT,
    )
    counterparty_margin_12m = fields.Char(
        "Margin", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_last_sale = fields.Date(
        "Last Sale", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_days_late = fields.Char(
        "Pays", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_profit_note = fields.Char(
        compute="_compute_counterparty_profit", groups=COST_PROFIT
    )

    def write(self, vals):
        moves = {"parent_id", "is_company"} & vals.keys()
        before = {partner: partner.commercial_partner_id for partner in self} if moves else {}
        result = super().write(vals)
        if any(partner.commercial_partner_id != entity for partner, entity in before.items()):
            self._move_counterparty_history()
        return result

    def _move_counterparty_history(self):
        """Let interactions and money spent follow contacts to the counterparty they belong to."""
        self.env["res.partner"].flush_model(["commercial_partner_id", "parent_id"])
        for model in ("counterparty.interaction", "counterparty.cost"):
            self.env[model].flush_model()
        below = self.with_context(active_test=False).search([("id", "child_of", self.ids)])
        self.env.cr.execute(
            """UPDATE counterparty_interaction i
                  SET commercial_partner_id = p.commercial_partner_id
                 FROM res_partner p
                WHERE p.id = i.partner_id AND p.id = ANY(%(below)s)
                  AND i.commercial_partner_id IS DISTINCT FROM p.commercial_partner_id;
               UPDATE counterparty_cost c
                  SET commercial_partner_id = p.commercial_partner_id
                 FROM res_partner p
                WHERE p.id = c.commercial_partner_id AND p.id = ANY(%(below)s)
                  AND c.commercial_partner_id IS DISTINCT FROM p.commercial_partner_id""",
            {"below": below.ids},
        )
        for model in ("counterparty.interaction", "counterparty.cost"):
            self.env[model].invalidate_model(["commercial_partner_id"])

    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_counterparty_profit(self):
        can_read = self.env[REPORT].has_access("read")
        nothing = dict.fromkeys(self._get_counterparty_profit_fields(), False)
        if not can_read:
            nothing["counterparty_profit_note"] = self.env._(
                "Shown to those who may see sales or invoices."
            )
        # a partner that is being typed has bought nothing yet
        entities = self.commercial_partner_id._origin
        rows = {}
        if can_read and entities:
            for entity_id, *row in self.env.execute_query(self._sql_counterparty_profit(entities)):
                rows[entity_id] = row
        for partner in self:
            entity = partner.commercial_partner_id._origin
            row = rows.get(entity.id, (0, 0, 0, 0, None, None))
            known = can_read and entity
            partner.update(partner._prepare_counterparty_profit(row) if known else nothing)

    @api.model
    def _get_counterparty_profit_fields(self):
        return [
            name
            for name, field in self._fields.items()
            if field.compute == "_compute_counterparty_profit"
        ]

    def _prepare_counterparty_profit(self, row):
        """Return the figures of one counterparty from its row of the statement."""
        self.ensure_one()
        sales, profit, known, without_rate, last_sale, days_late = row
        margin = ratio.margin(profit or 0, known or 0)
        return {
            "counterparty_profit_currency_id": self.env.company.currency_id.id,
            "counterparty_has_sales": bool(last_sale),
            "counterparty_sales_12m": sales or 0,
            "counterparty_profit_12m": profit or 0,
            "counterparty_margin_12m": self.env._("n/a") if margin is None else f"{margin:.1%}",
            "counterparty_last_sale": last_sale,
            "counterparty_days_late": self._describe_days_late(days_late),
            "counterparty_profit_note": self._describe_profit_gap(last_sale, without_rate),
        }

    def _sql_counterparty_sold(self):
        # a contact's sales are those of its entity, for which there is an index
        return SQL(
            """SELECT CASE WHEN partner_id = ANY(%(ids)s) THEN partner_id
                           ELSE commercial_partner_id END
                 FROM counterparty_sale_fact
                WHERE commercial_partner_id = ANY(%(entities)s)
                  AND (commercial_partner_id = ANY(%(ids)s) OR partner_id = ANY(%(ids)s))
                LIMIT 1""",
            ids=self.ids,
            entities=(self | self.commercial_partner_id).ids,
        )

    def _sql_counterparty_profit(self, entities):
        """Read sales and payments of all these counterparties in one statement."""
        today = fields.Date.context_today(self)
        start = today - relativedelta(years=1)
        # an invoice may be dated ahead
        year = SQL("date > %s AND date <= %s", start, today)
        # sales alone: a form asks nothing about money spent
        Report = self.env[REPORT].with_context(counterparty_facts_only=True)
        query = Report._search([("commercial_partner_id", "in", entities.ids)])
        query.order = None
        query.groupby = SQL("commercial_partner_id")
        return query.select(
            SQL("commercial_partner_id"),
            SQL("SUM(revenue) FILTER (WHERE %s)", year),
            SQL("SUM(profit) FILTER (WHERE %s)", year),
            SQL("SUM(revenue - COALESCE(unknown, 0)) FILTER (WHERE %s)", year),
            SQL("SUM(without_rate) FILTER (WHERE %s)", year),
            # a sale without a rate is a sale all the same
            SQL("MAX(invoice_date) FILTER (WHERE revenue > 0 OR without_rate > 0)"),
            SQL(
                # what is overdue and open counts as if it were paid today
                """(SELECT AVG(CASE WHEN item.reconciled THEN paid.day ELSE %(today)s END
                               - item.date_maturity)
                      FROM account_move_line item
                      JOIN account_account account ON account.id = item.account_id
                           AND account.account_type = 'asset_receivable'
                      JOIN account_move bill ON bill.id = item.move_id
                           AND bill.move_type = 'out_invoice'
                      JOIN LATERAL (SELECT MAX(part.max_date) AS day
                                      FROM account_partial_reconcile part
                                      JOIN account_move_line given
                                        ON given.id = part.credit_move_id
                                      JOIN account_move settled ON settled.id = given.move_id
                                           AND settled.move_type != 'out_refund'
                                     WHERE part.debit_move_id = item.id) paid ON TRUE
                     WHERE item.partner_id = %(report)s.commercial_partner_id
                       AND item.parent_state = 'posted' AND item.date > %(start)s
                       AND (item.reconciled OR item.date_maturity < %(today)s)
                       AND item.company_id = ANY(%(companies)s))""",
                report=SQL.identifier(self.env[REPORT]._table),
                start=start,
                today=today,
                companies=self.env.companies.ids,
            ),
        )

    def _describe_days_late(self, days):
        if days is None:
            return self.env._("no invoice of 12 months is paid")
        count = round(days)
        if count == 1:
            return self.env._("one day late on average")
        if count == -1:
            return self.env._("one day early on average")
        if count > 0:
            return self.env._("%(count)s days late on average", count=count)
        if count < 0:
            return self.env._("%(count)s days early on average", count=-count)
        return self.env._("on time")

    def _describe_profit_gap(self, last_sale, without_rate):
        Fact = self.env["counterparty.sale.fact"]
        return Fact._describe_gaps(without_rate) or (
            False if last_sale else Fact._describe_no_sale()
        )

    def action_open_counterparty_profit(self):
        """Open what the counterparty bought and what that brought, month by month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_profit_report_action"
        )
        return {
            **action,
            "domain": [("commercial_partner_id", "=", self.commercial_partner_id.id)],
            "context": {},
        }
