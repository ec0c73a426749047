from odoo import api, fields, models


class CounterpartyDocumentSharingMixin(models.AbstractModel):
    """What the partner itself may see of the register, where the portal shows documents.

    The kind proposes, each document decides. A personal document is never proposed: whoever has
    the right to see it shows it to the partner one by one.
    """

    _name = "counterparty.document.sharing.mixin"
    _description = "Documents that the partner may see"

    kind_id = fields.Many2one("counterparty.document.kind")
    is_shared = fields.Boolean(
        "Partner May See",
        compute="_compute_is_shared",
        store=True,
        precompute=True,
        readonly=False,
        tracking=True,
        help="The partner finds the document in the portal, once its page of documents is "
        "switched on.",
    )

    @api.depends("kind_id")
    def _compute_is_shared(self):
        for document in self:
            # what was decided for a document stays, whatever kind it turns out to be
            decided = document._origin and document.is_shared
            proposed = not document._origin and document.kind_id.is_shared_with_partner
            document.is_shared = decided or proposed

    def action_share(self):
        """Let the partners see the documents."""
        self.is_shared = True

    def action_unshare(self):
        """Keep the documents from the partners."""
        self.is_shared = False
