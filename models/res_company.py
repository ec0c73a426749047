from odoo import fields, models

from ..tools import attribution


class ResCompany(models.Model):
    _inherit = "res.company"

    # ------------------------------------------------------------
    # PROFIT
    # ------------------------------------------------------------

    # without groups: the posting of any user reads it, and it names a method, not figures
    counterparty_attribution_model = fields.Selection(
        [
            (attribution.LAST, "Last contact"),
            (attribution.FIRST, "First contact"),
            (attribution.LINEAR, "Equal shares"),
            (attribution.DECAY, "More to younger contacts"),
            (attribution.POSITION, "40 % first, 40 % last, the rest between"),
        ],
        "Attribution",
        default=attribution.LAST,
        required=True,
        help="Who earns a sale that no line, invoice, order or opportunity gives to a campaign.",
    )
    counterparty_half_life = fields.Float(
        "Half-life (days)",
        default=7.0,
        help="For younger contacts: after so many days a contact counts half.",
    )

    _counterparty_half_life_positive = models.Constraint(
        "CHECK (counterparty_half_life > 0)", "A half-life is longer than zero days."
    )

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
