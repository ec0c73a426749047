from odoo import fields, models


class CounterpartyDocumentOpportunityMixin(models.AbstractModel):
    """A contract that a won opportunity has written into the register."""

    _name = "counterparty.document.opportunity.mixin"
    _description = "Contract of an opportunity"

    opportunity_id = fields.Many2one(
        "crm.lead",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="sales_team.group_sale_salesman",
    )

    # two servers may win the same opportunity in the same moment
    _opportunity_uniq = models.UniqueIndex(
        "(opportunity_id) WHERE opportunity_id IS NOT NULL",
        "This opportunity has its contract already.",
    )
