from odoo import api, fields, models

GROUP_USER = "counterparty_crm.group_user"


class CounterpartyProspectPartnerMixin(models.AbstractModel):
    """What one asks before selling to a company: how big it is, and where we know it from.

    Its industry is the host's own field.
    """

    _name = "counterparty.prospect.partner.mixin"
    _description = "Facts of a prospect"

    counterparty_turnover = fields.Monetary(
        "Yearly Turnover", currency_field="counterparty_turnover_currency_id", groups=GROUP_USER
    )
    counterparty_turnover_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Turnover",
        default=lambda self: self.env.company.currency_id,
        groups=GROUP_USER,
    )
    counterparty_employee_count = fields.Integer("Number of Employees", groups=GROUP_USER)
    counterparty_source_id = fields.Many2one(
        "utm.source",
        "Known from",
        ondelete="set null",
        groups=GROUP_USER,
        help="Where the first contact came from.",
    )

    @api.model
    def _get_counterparty_prospect_fields(self):
        """Return ``{field of an opportunity: field of its counterparty}``."""
        return {
            "counterparty_industry_id": "industry_id",
            "counterparty_turnover": "counterparty_turnover",
            "counterparty_turnover_currency_id": "counterparty_turnover_currency_id",
            "counterparty_employee_count": "counterparty_employee_count",
        }
