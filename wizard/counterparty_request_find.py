from odoo import api, fields, models
from odoo.fields import Domain

from ..models.res_partner_request import FIND

SHOWN = 10
# less is in everything
SHORTEST = 2


class CounterpartyRequestFind(models.TransientModel):
    """One box for whatever somebody names: a request, a person, a company, a card, a phone."""

    _name = "counterparty.request.find"
    _description = "Find a Request or a Counterparty"

    text = fields.Char("Find")
    request_ids = fields.Many2many(
        "counterparty.request", string="Requests", compute="_compute_found"
    )
    partner_ids = fields.Many2many("res.partner", string="Counterparties", compute="_compute_found")
    is_empty = fields.Boolean(compute="_compute_found")

    @api.depends("text")
    def _compute_found(self):
        for box in self:
            text = (box.text or "").strip()
            partners, requests = box.partner_ids.browse(), box.request_ids.browse()
            if len(text) >= SHORTEST:
                partners = box._find_partners(text)
                requests = box._find_requests(text, partners)
            box.partner_ids, box.request_ids = partners, requests
            box.is_empty = len(text) >= SHORTEST and not (partners or requests)

    @api.model
    def _find_partners(self, text):
        """Return counterparties by name, mail, phone, tax number, card or number of a request."""
        partners = self.env["res.partner"].with_context(**{FIND: True})
        found = partners.name_search(text, limit=SHOWN)
        return self.env["res.partner"].browse([id_ for id_, _name in found])

    @api.model
    def _find_requests(self, text, partners):
        """Return requests by number, subject or address, then those of the counterparties."""
        requests = self.env["counterparty.request"]
        named = Domain("number", "=ilike", text) | Domain("name", "ilike", text)
        named |= Domain("partner_email", "ilike", text) | Domain("partner_name", "ilike", text)
        found = requests.search(named, limit=SHOWN)
        if len(found) < SHOWN and partners:
            theirs = Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids)
            theirs &= Domain("id", "not in", found.ids)
            found |= requests.search(theirs, limit=SHOWN - len(found))
        return found
