from odoo import api, fields, models

GROUP_USER = "counterparty_crm.group_user"


class CounterpartyRequestTargetMixin(models.AbstractModel):
    """A document that may come out of a request, knows it and reports back.

    Listed before the host's model, so that what it does comes after the host's own writing.
    """

    _name = "counterparty.request.target.mixin"
    _description = "Document out of a request"

    # writing one of these may be news for the request
    _counterparty_state_fields = ("state",)

    counterparty_request_id = fields.Many2one(
        "counterparty.request",
        "Request",
        compute="_compute_counterparty_request_id",
        search="_search_counterparty_request_id",
        groups=GROUP_USER,
    )

    def _compute_counterparty_request_id(self):
        links = self.env["counterparty.request.document"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], order="id desc"
        )
        found = {link.res_id: link.request_id for link in links}
        for document in self:
            document.counterparty_request_id = found.get(document._origin.id)

    def _search_counterparty_request_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        links = self.env["counterparty.request.document"]
        every = links._search([("res_model", "=", self._name)]).subselect("res_id")
        ids = [request_id for request_id in value if request_id]
        mine = links._search([("res_model", "=", self._name), ("request_id", "in", ids)])
        domain = fields.Domain("id", "in", mine.subselect("res_id"))
        return domain | fields.Domain("id", "not in", every) if False in value else domain

    def write(self, vals):
        result = super().write(vals)
        if self and not vals.keys().isdisjoint(self._counterparty_state_fields):
            self.env["counterparty.request.document"]._note_states(self)
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_counterparty_links(self):
        # whoever deletes a document need not see the request
        self.env["counterparty.request.document"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()

    def action_open_counterparty_request(self):
        """Open the request that this document was made from."""
        self.ensure_one()
        return self.counterparty_request_id._get_records_action()
