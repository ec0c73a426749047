"""What the host's pages of one document give to whom: its key, and a way to pay it."""

from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.portal_mixin import KEYLESS, NOT_PAYABLE
from .portal_host_payment import PAID


class KeyPortal(CustomerPortal):
    """Documents that the host reads as system say on its pages for whom that is."""

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Return the document; without its key for whoever has signed in where that would outlive.

        Only pages: whatever is mailed of a document bears the link as ever.
        """
        document = super()._document_check_access(model_name, document_id, access_token)
        if request.httprequest.method != "GET" or not request.env.user._is_portal():
            return document
        flags = {}
        if self._is_keyless(document, access_token):
            flags[KEYLESS] = True
        if model_name in PAID.values():
            visited = request.env[model_name].browse(document_id)
            payments = request.env["counterparty.portal.payment"]
            if payments._is_closed_to_visitor(visited):
                flags[NOT_PAYABLE] = True
        return document.with_context(**flags) if flags else document

    def _is_keyless(self, document, access_token):
        if not hasattr(document, "get_portal_url"):
            return False
        if not request.env["res.company"]._get_portal_by_authorization():
            return False
        # whoever has come by the right link has the key
        key = document.access_token
        return not (key and access_token and consteq(key, access_token))
