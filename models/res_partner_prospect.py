from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

GROUP_USER = "counterparty_crm.group_user"


class CounterpartyProspectPartnerMixin(models.AbstractModel):
    """What one asks before selling to a company: how big it is, and where we know it from.

    Its industry is the host's own field.
    """

    _name = "counterparty.prospect.partner.mixin"
    _description = "Facts of a prospect"

    # copies of contacts begin without them: whoever may not see a field could copy no contact
    counterparty_turnover = fields.Monetary(
        "Yearly Turnover",
        currency_field="counterparty_turnover_currency_id",
        copy=False,
        groups=GROUP_USER,
    )
    # computed, not by default: whoever may not see a field could create no contact with a default
    counterparty_turnover_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Turnover",
        compute="_compute_counterparty_turnover_currency_id",
        store=True,
        readonly=False,
        copy=False,
        groups=GROUP_USER,
    )
    counterparty_employee_count = fields.Integer(
        "Number of Employees", copy=False, groups=GROUP_USER
    )
    counterparty_source_id = fields.Many2one(
        "utm.source",
        "Known from",
        ondelete="set null",
        copy=False,
        groups=GROUP_USER,
        help="Where the first contact came from.",
    )

    def _auto_init(self):
        # contacts of before have no turnover: computing its currency for all would take minutes
        name = "counterparty_turnover_currency_id"
        if not self._abstract and not column_exists(self.env.cr, self._table, name):
            create_column(self.env.cr, self._table, name, "int4")
        return super()._auto_init()

    @api.depends("counterparty_turnover")
    def _compute_counterparty_turnover_currency_id(self):
        for partner in self:
            currency = partner.counterparty_turnover_currency_id
            if partner.counterparty_turnover and not currency:
                currency = self.env.company.currency_id
            partner.counterparty_turnover_currency_id = currency

    @api.model
    def _get_counterparty_prospect_fields(self):
        """Return ``{field of an opportunity: field of its counterparty}``."""
        return {
            "counterparty_industry_id": "industry_id",
            "counterparty_turnover": "counterparty_turnover",
            "counterparty_turnover_currency_id": "counterparty_turnover_currency_id",
            "counterparty_employee_count": "counterparty_employee_count",
        }
