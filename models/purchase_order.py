from odoo import models


class PurchaseOrder(models.Model):
    _name = "purchase.order"
    _inherit = [
        "counterparty.request.target.mixin",
        "purchase.order",
        "counterparty.role.source.mixin",
    ]

    _counterparty_document_family = "purchase"

    # counterparty: a page of the timeline
    _counterparty_timeline_idx = models.Index("(partner_id, date_order DESC, id DESC)")
