from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..models.res_partner_request import FIND
from ..tools import request_states as states

SHOWN = 5


class CounterpartyRequestPhone(models.TransientModel):
    """Somebody calls: who is it, what is open, what do they want?"""

    _name = "counterparty.request.phone"
    _description = "New Request by Phone"

    partner_id = fields.Many2one("res.partner", "Who calls", context={FIND: True})
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    partner_phone = fields.Char(
        "Phone", compute="_compute_partner_phone", store=True, readonly=False
    )
    # somebody nobody knows need not become a contact
    partner_name = fields.Char("Caller's Name")
    # required in the form: the dialog opens empty
    name = fields.Char("Subject")
    category_id = fields.Many2one(
        "counterparty.request.category",
        required=True,
        default=lambda self: self.env["counterparty.request.category"]._get_default(),
    )
    note = fields.Text("Notes")
    take = fields.Boolean("I take care of it", default=True)
    open_request_ids = fields.Many2many(
        "counterparty.request", string="Open Requests", compute="_compute_open_request_ids"
    )
    order_ids = fields.Many2many(
        "sale.order",
        string="Last Orders",
        compute="_compute_order_ids",
        # the host shows orders to these
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("partner_id")
    def _compute_partner_phone(self):
        for call in self:
            call.partner_phone = call.partner_id.phone or call.partner_phone

    @api.depends("partner_id")
    def _compute_open_request_ids(self):
        for call in self:
            call.open_request_ids = self.env["counterparty.request"].search(
                [
                    ("commercial_partner_id", "=", call.commercial_partner_id.id or 0),
                    ("state", "in", (*states.LIVE, states.SOLVED)),
                ],
                limit=SHOWN,
            )

    @api.depends("partner_id")
    def _compute_order_ids(self):
        for call in self:
            call.order_ids = self.env["sale.order"].search(
                [
                    ("partner_id", "child_of", call.commercial_partner_id.id or 0),
                    ("state", "=", "sale"),
                ],
                order="date_order desc",
                limit=SHOWN,
            )

    def action_save(self):
        """Create the request, and open it."""
        return self._create_request()._get_records_action()

    def action_save_and_next(self):
        """Create the request, and wait for the next call."""
        self._create_request()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_request_phone_action"
        )

    def _create_request(self):
        return self.env["counterparty.request"].create(self._prepare_request_vals())

    def _prepare_request_vals(self):
        self.ensure_one()
        return {
            "channel": "phone",
            "partner_id": self.partner_id.id,
            "partner_phone": self.partner_phone,
            **({} if self.partner_id else {"partner_name": self.partner_name}),
            "name": self.name or self.env._("Call"),
            "category_id": self.category_id.id,
            "description": self.note and plaintext2html(self.note),
            "user_id": self.env.uid if self.take else False,
        }
