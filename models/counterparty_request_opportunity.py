from odoo import fields, models


class CounterpartyRequestOpportunityMixin(models.AbstractModel):
    """A request that an opportunity caused on its way to the contract."""

    _name = "counterparty.request.opportunity.mixin"
    _description = "Request of an opportunity"

    # never a document of the portal: what we plan to sell is ours to know
    opportunity_id = fields.Many2one(
        "crm.lead",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
