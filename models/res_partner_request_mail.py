from odoo import models


class ResPartnerRequestMail(models.AbstractModel):
    """A contact that may be who wrote a mail."""

    _name = "counterparty.request.mail.partner.mixin"
    _description = "Contact as Sender of a Request"

    def action_counterparty_choose_for_request(self):
        """Take this contact for the sender of the request in the context."""
        self.ensure_one()
        request_id = self.env.context.get("counterparty_request_id")
        request = self.env["counterparty.request"].browse(request_id).exists()
        if request and self in request.partner_candidate_ids:
            request.write({"partner_id": self.id, "partner_candidate_ids": [(5, 0, 0)]})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
