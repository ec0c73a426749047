from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import attribution

ATTRIBUTION_MODELS = [
    (attribution.LAST, "Last interaction"),
    (attribution.FIRST, "First interaction"),
    (attribution.LINEAR, "Equal shares"),
    (attribution.DECAY, "More to younger interactions"),
    (attribution.POSITION, "40 % first, 40 % last, the rest between"),
]
REQUEST_PREFIX = "RQ-"
SEQUENCE_FORMAT = ("prefix", "suffix", "padding")


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "counterparty.portal.company.mixin"]

    # holding
    counterparty_credit_mode = fields.Selection(
        [("off", "Off"), ("warn", "Warn"), ("block", "Block")],
        string="Group Credit",
        default="off",
        groups="counterparty_crm.group_manager,base.group_system",
    )

    # request
    counterparty_request_sequence_id = fields.Many2one(
        "ir.sequence",
        "Numbers of Requests",
        copy=False,
        domain="[('company_id', '=', id), ('use_date_range', '=', False)]",
        groups="counterparty_crm.group_manager,base.group_system",
    )

    # counterparty
    # of all employees: a length of time, no figure; a default must not stop who creates companies
    counterparty_effect_days = fields.Integer(
        "Window of Contacts (days)",
        default=90,
        required=True,
        groups="base.group_user",
        help="Days before and after a contact whose sales are compared.",
    )
    _counterparty_effect_days_positive = models.Constraint(
        "CHECK (counterparty_effect_days > 0)", "The window of contacts is at least one day long."
    )

    # profit
    # of all employees: the posting of any user reads it, and it names a method, not figures
    counterparty_attribution_model = fields.Selection(
        ATTRIBUTION_MODELS,
        "Attribution",
        default=attribution.LAST,
        required=True,
        groups="base.group_user",
        help="Who earns a sale that no line, invoice, order, opportunity or request gives to a "
        "campaign.",
    )
    counterparty_half_life = fields.Float(
        "Half-life (days)",
        default=7.0,
        groups="base.group_user",
        help="For younger interactions: after so many days an interaction counts half.",
    )

    # of all employees: the posting of any user reads it
    counterparty_services_free = fields.Boolean(
        "Services Cost Nothing",
        groups="base.group_user",
        help="A service without a cost is all profit. Off: its revenue is counted apart, as "
        "revenue without a known cost.",
    )

    # portal: pages are switched on one by one; without groups: every page of the portal asks
    counterparty_portal_balance = fields.Boolean("Balance in the Portal")
    counterparty_portal_statement = fields.Boolean("Statements in the Portal")
    counterparty_portal_pay = fields.Boolean("Payment of Several Invoices in the Portal")

    _counterparty_half_life_positive = models.Constraint(
        "CHECK (counterparty_half_life > 0)", "A half-life is longer than zero days."
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_request_sequences()
        # our own partners are kept by the registry
        self.env.registry.clear_cache()
        return companies

    def cache_invalidation_fields(self):
        return super().cache_invalidation_fields() | {"partner_id"}

    def write(self, vals):
        result = super().write(vals)
        if vals.get("chart_template"):
            # rules that somebody made stay, whatever chart comes later
            self.env["counterparty.statement.account"].sudo()._fill(self.root_id)
        if "counterparty_credit_mode" in vals:
            self._switch_group_credit_job()
        if "resource_calendar_id" in vals:
            self.env["counterparty.request.sla"]._recompute_for_calendars(self.resource_calendar_id)
        return result

    def _switch_group_credit_job(self):
        """Let the job that repeats checks run only where some company checks."""
        # the switch of one company may not see the others
        companies = self.sudo().search([("counterparty_credit_mode", "in", ("warn", "block"))])
        job = self.env.ref("counterparty_crm.ir_cron_group_credit").sudo()
        job.active = bool(companies)

    # ------------------------------------------------------------
    # REQUEST: numbers
    # ------------------------------------------------------------

    def _create_request_sequences(self):
        """Give companies a row of numbers of their own."""
        # sequences are the host's settings, numbers belong to whoever creates a company
        for company in self.sudo().sorted("id"):
            if not company.counterparty_request_sequence_id:
                company.counterparty_request_sequence_id = (
                    self.env["ir.sequence"].sudo().create(company._prepare_request_sequence_vals())
                )

    def _prepare_request_sequence_vals(self):
        self.ensure_one()
        # a number in the subject of a mail should name one request, whatever the company
        sequences = self.env["ir.sequence"].sudo()  # also those of other companies
        taken = sequences.search_count([("prefix", "=", REQUEST_PREFIX)], limit=1)
        return {
            "name": self.env._("Requests of %(company)s", company=self.name),
            "company_id": self.id,
            "prefix": f"RQ{self.id}-" if taken else REQUEST_PREFIX,
            "padding": 5,
        }

    def _draw_request_numbers(self, count):
        """Return the next numbers of the company's requests, drawn in one statement.

        Numbers may have gaps, and are never used twice, also not by two workers at once.

        :param count: how many are needed
        :return: list of texts
        """
        self.ensure_one()
        rows = self._draw_request_rows(count)
        if not rows:
            self._create_request_sequences()
            rows = self._draw_request_rows(count)
        # whoever creates a request uses up a number
        sequence = self.env["ir.sequence"].sudo().browse(rows[0][1])
        for name, value in zip(SEQUENCE_FORMAT, rows[0][2:], strict=True):
            sequence._fields[name]._insert_cache(sequence, (value,))
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{row[0]:0{sequence.padding}d}{suffix}" for row in rows]

    def _draw_request_rows(self, count):
        """Return the numbers, each with its sequence and how that writes them."""
        self.flush_model(["counterparty_request_sequence_id"])
        self.env["ir.sequence"].flush_model(SEQUENCE_FORMAT)
        return self.env.execute_query(
            SQL(
                # the host names the source of numbers so, with three digits or more
                """SELECT nextval(('ir_sequence_' || LPAD(
                              sequence.id::text, GREATEST(3, LENGTH(sequence.id::text)), '0'
                          ))::regclass),
                          sequence.id, %(columns)s
                     FROM res_company company
                     JOIN ir_sequence sequence
                       ON sequence.id = company.counterparty_request_sequence_id
               CROSS JOIN GENERATE_SERIES(1, %(count)s)
                    WHERE company.id = %(company)s""",
                columns=SQL(", ").join(SQL.identifier("sequence", n) for n in SEQUENCE_FORMAT),
                count=count,
                company=self.id,
            )
        )

    # ------------------------------------------------------------
    # PROFIT
    # ------------------------------------------------------------

    def _get_counterparty_lock_date(self):
        """Return the last day on which no sale can be changed any more, for everybody."""
        self.ensure_one()
        # a lock is no secret, and exceptions of one user do not open it for figures
        company = self.sudo().with_context(ignore_exceptions=True)
        return max(
            company.user_fiscalyear_lock_date,
            company.user_sale_lock_date,
            company.user_hard_lock_date,
        )
