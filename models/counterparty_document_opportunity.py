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
    is_withdrawn = fields.Boolean(
        "Withdrawn",
        copy=False,
        readonly=True,
        help="Archived because its opportunity was won no more.",
    )

    # two servers may win the same opportunity in the same moment
    _opportunity_uniq = models.UniqueIndex(
        "(opportunity_id) WHERE opportunity_id IS NOT NULL",
        "This opportunity has its contract already.",
    )

    def _is_as_won(self):
        """Tell whether the contract is still as winning has written it: nobody worked on it."""
        self.ensure_one()
        return (
            self.write_date == self.create_date
            and not self.file
            and not self.message_attachment_count
            and not self.next_ids
        )

    def _withdraw(self):
        """Take a contract out of the register whose opportunity was won by mistake."""
        days = self.mapped("date_from")
        self.write({"active": False, "is_withdrawn": True})
        self.env["counterparty.role"]._demote_without_business(
            self.commercial_partner_id, "sale", days
        )
