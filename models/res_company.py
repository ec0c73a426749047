from odoo import fields, models

from ..tools import attribution

ATTRIBUTION_MODELS = [
    (attribution.LAST, "Last interaction"),
    (attribution.FIRST, "First interaction"),
    (attribution.LINEAR, "Equal shares"),
    (attribution.DECAY, "More to younger interactions"),
    (attribution.POSITION, "40 % first, 40 % last, the rest between"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    # holding
    counterparty_credit_mode = fields.Selection(
        [("off", "Off"), ("warn", "Warn"), ("block", "Block")],
        string="Group Credit",
        default="off",
        groups="counterparty_crm.group_manager,base.group_system",
    )

    # profit
    # without groups: the posting of any user reads it, and it names a method, not figures
    counterparty_attribution_model = fields.Selection(
        ATTRIBUTION_MODELS,
        "Attribution",
        default=attribution.LAST,
        required=True,
        help="Who earns a sale that no line, invoice, order or opportunity gives to a campaign.",
    )
    counterparty_half_life = fields.Float(
        "Half-life (days)",
        default=7.0,
        help="For younger interactions: after so many days an interaction counts half.",
    )

    # without groups: the posting of any user reads it
    counterparty_services_free = fields.Boolean(
        "Services Cost Nothing",
        help="A service without a cost is all profit. Off: its revenue is counted apart, as "
        "revenue without a known cost.",
    )

    _counterparty_half_life_positive = models.Constraint(
        "CHECK (counterparty_half_life > 0)", "A half-life is longer than zero days."
    )

    def write(self, vals):
        result = super().write(vals)
        if "counterparty_credit_mode" in vals:
            self._switch_group_credit_job()
        return result

    def _switch_group_credit_job(self):
        """Let the job that repeats checks run only where some company checks."""
        # the switch of one company may not see the others
        companies = self.sudo().search([("counterparty_credit_mode", "in", ("warn", "block"))])
        job = self.env.ref("counterparty_crm.ir_cron_group_credit").sudo()
        job.active = bool(companies)

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
