from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, split_every

from ..tools import statement
from ..tools import statement_accounts as rules
from .counterparty_statement import SIDES
from .counterparty_statement_account import SECTION_LABELS
from .counterparty_statement_answer import ANSWER_DAYS
from .counterparty_statement_content import CONFIRMATION, STATEMENT

CHUNK = 200


class CounterpartyStatementRun(models.Model):
    """Statements or balance confirmations for many counterparties at one day.

    Written down first, prepared by a button, then sent or printed: nothing goes out by itself.
    """

    _name = "counterparty.statement.run"
    _inherit = ["mail.thread"]
    _description = "Statement Run"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True)
    kind = fields.Selection(
        [(STATEMENT, "Statements of account"), (CONFIRMATION, "Balance confirmations")],
        required=True,
        default=CONFIRMATION,
        help="A confirmation asks for a signature under the balances of a day; "
        "a statement shows how they came about.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company.root_id
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index="btree_not_null",
    )
    date_from = fields.Date(
        "Since", compute="_compute_date_from", store=True, readonly=False, help="First day shown."
    )
    date_to = fields.Date(
        "As of", required=True, default=lambda self: statement.day_before(self._get_this_month())
    )
    side = fields.Selection(SIDES, "Counterparties", required=True, default=rules.ALL_SIDES)
    section = fields.Selection(
        SECTION_LABELS, "Only this Section", help="Empty: all sections, each with its own balance."
    )
    currency_id = fields.Many2one("res.currency", "Only this Currency")
    amounts = fields.Selection(
        [("own", "In the currency of each document"), ("company", "In the company's currency")],
        required=True,
        default="own",
    )
    minimum = fields.Float(
        "Smallest Balance", help="Leaves out who has no balance of at least this size."
    )
    with_zero = fields.Boolean(
        "Also Zero Balances", help="Also for who moved in the period and owes nothing at its end."
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Only these Counterparties",
        help="Empty: all that have something in the books.",
    )
    answer_days = fields.Integer(
        "Days to Answer", default=ANSWER_DAYS, help="After these days it counts as not answered."
    )
    remind_days = fields.Integer(
        "Remind after", help="Days given again with one reminder by mail. 0: no reminder by itself."
    )
    statement_ids = fields.One2many("counterparty.statement", "run_id", "Statements", readonly=True)
    state_counts = fields.Char("Progress", compute="_compute_state_counts")
    statement_count = fields.Integer("Prepared", compute="_compute_state_counts")
    difference_count = fields.Integer("Differences", compute="_compute_state_counts")
    no_email_count = fields.Integer("Without E-mail", compute="_compute_state_counts")

    _days_positive = models.Constraint(
        "CHECK (answer_days >= 0 AND remind_days >= 0)", "Days are counted forward."
    )

    @api.model
    def _get_this_month(self):
        return fields.Date.context_today(self).replace(day=1)

    @api.depends("kind", "date_to")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            day = format_date(self.env, run.date_to) if run.date_to else ""
            run.name = f"{labels.get(run.kind, '')} {day}".strip()

    @api.depends("date_to")
    def _compute_date_from(self):
        for run in self:
            run.date_from = run.date_to and run.date_to.replace(month=1, day=1)

    @api.depends("statement_ids.state")
    def _compute_state_counts(self):
        records = self.env["counterparty.statement"]
        domain = Domain("run_id", "in", self.ids)
        groups = records._read_group(domain, ["run_id", "state"], ["__count"])
        silent = dict(
            records._read_group(
                domain & Domain("state", "=", "draft") & Domain("recipient_id.email", "=", False),
                ["run_id"],
                ["__count"],
            )
        )
        balances = self.env["counterparty.statement.balance"]
        different = dict(
            balances._read_group(domain & Domain("difference", "!=", 0), ["run_id"], ["__count"])
        )
        labels = dict(records._fields["state"]._description_selection(self.env))
        for run in self:
            of_run = {state: count for found, state, count in groups if found == run}
            parts = (f"{labels[state]}: {of_run[state]}" for state in labels if state in of_run)
            run.state_counts = " · ".join(parts)
            run.statement_count = sum(of_run.values())
            run.difference_count = different.get(run, 0)
            run.no_email_count = silent.get(run, 0)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for run in self:
            if run.kind == STATEMENT and run.date_from and run.date_from > run.date_to:
                raise UserError(self.env._("%(run)s ends before it starts.", run=run.display_name))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_prepare(self):
        """Issue what is missing of the run; a second click adds nobody twice.

        :raises UserError: when nobody has a balance to tell of
        """
        self.ensure_one()
        issued = self.env["counterparty.statement"]
        for chunk in split_every(CHUNK, self._find_partners().ids, self.env["res.partner"].browse):
            issued |= self._issue(chunk)
        if not issued and not self.statement_ids:
            raise UserError(
                self.env._(
                    "Nobody has such a balance on %(day)s. Look at the smallest balance, the side"
                    " and the accounts in statements.",
                    day=format_date(self.env, self.date_to),
                )
            )
        return self.action_open_statements()

    def action_send(self):
        """Mail everything of the run that has an address."""
        self.statement_ids.action_send()

    def action_remind(self):
        """Remind whoever has not answered yet."""
        self.statement_ids.action_remind()

    def action_print(self):
        """Print what has not been answered, one paper after another."""
        waiting = self.statement_ids.filtered(
            lambda record: record.state in ("draft", "queued", "sent", "silent")
        )
        return waiting.action_print()

    def action_open_statements(self):
        """Open the statements of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_statement_action"
        )
        return {**action, "domain": [("run_id", "=", self.id)], "context": {"create": False}}

    def action_open_differences(self):
        """Open what the counterparties of the run see otherwise."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_statement_balance_action"
        )
        return {**action, "domain": [("run_id", "=", self.id)]}

    # ------------------------------------------------------------
    # Prepare
    # ------------------------------------------------------------

    def _issue(self, partners):
        self.ensure_one()
        answer_by = fields.Date.add(fields.Date.context_today(self), days=self.answer_days)
        return self.env["counterparty.statement"]._issue(
            partners,
            self.company_id,
            kind=self.kind,
            date_from=self.date_from,
            date_to=self.date_to,
            side=self.side,
            sections=[self.section] if self.section else None,
            currency=self.currency_id.id,
            amounts=self.amounts,
            minimum=self.minimum,
            with_zero=self.with_zero,
            values={
                "run_id": self.id,
                "user_id": self.user_id.id,
                "answer_by": answer_by if self.kind == CONFIRMATION else False,
            },
        )

    def _find_partners(self):
        """Return the commercial partners that have items in scope and no statement of the run.

        The reader's right to balances is asked first.
        """
        self.ensure_one()
        # salespeople read lines of their invoices, but no balances
        self.env["counterparty.statement"].check_access("create")
        source = self.env["counterparty.statement.source"]
        nobody = self.env["res.partner"]
        sections = [self.section] if self.section else None
        options = {"side": self.side, "sections": sections}
        scope = source._prepare_scope(nobody, self.company_id, options)
        rows = self.env.execute_query(
            SQL(
                """SELECT p.commercial_partner_id
                     FROM account_move_line l JOIN res_partner p ON p.id = l.partner_id
                    WHERE l.account_id = ANY(%s) AND l.company_id = ANY(%s)
                      AND l.parent_state = 'posted' AND l.date <= %s
                    GROUP BY 1
                   HAVING SUM(l.balance) != 0 OR BOOL_OR(l.reconciled IS NOT TRUE)
                       OR MAX(l.date) >= %s""",
                scope["accounts"],
                scope["companies"],
                self.date_to,
                self.date_from or self.date_to,
            )
        )
        found = Domain("id", "in", [row[0] for row in rows])
        if self.partner_ids:
            found &= Domain("id", "in", self.partner_ids.commercial_partner_id.ids)
        have = self.statement_ids.partner_id
        # archived counterparties still owe; our own companies confirm nothing to themselves
        own = self.env["res.company"].sudo().search([("partner_id", "!=", False)]).partner_id
        partners = nobody.with_context(active_test=False).search(found, order="name, id")
        return partners - have - own
