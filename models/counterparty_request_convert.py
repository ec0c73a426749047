from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import request_states as states
from .counterparty_request_document import TRACKED_MODELS
from .counterparty_request_recovery import RECOVER, REIMBURSE

# documents that pay money out
REFUNDS = ("credit_note", "vendor_bill", "expense")
# documents that demand money
DEMANDS = ("invoice",)
# what a conversion needs besides what its category requires
AUTOMATIC_NEEDS = {"replacement": ("product_id",), "meeting": ("wanted_date",)}
# documents that begin with the words of the request
NOTED = ("lead", "opportunity", "meeting", "task")
# set while the mail that opens a request is still to be posted
LETTER_FOLLOWS = "counterparty_letter_follows"


class CounterpartyRequestConvert(models.AbstractModel):
    """What comes out of a request: made once, known on both sides."""

    _name = "counterparty.request.convert.mixin"
    _description = "Conversion of Requests into Documents"

    document_ids = fields.One2many(
        "counterparty.request.document", "request_id", string="Documents Made"
    )
    document_count = fields.Integer("Documents", compute="_compute_document_count")
    conversion_ids = fields.Many2many(
        "counterparty.request.conversion", compute="_compute_conversion_ids", string="Becomes"
    )
    conversion_serial = fields.Integer(readonly=True, copy=False)

    @api.depends("document_ids")
    def _compute_document_count(self):
        for request in self:
            request.document_count = len(request.document_ids)

    @api.depends("category_id.conversion_ids", "direction")
    @api.depends_context("uid")
    def _compute_conversion_ids(self):
        for category, requests in self.grouped("category_id").items():
            allowed = category.conversion_ids._filter_allowed()
            for request in requests:
                request.conversion_ids = allowed.filtered(request._is_fitting)

    def _is_fitting(self, conversion):
        """Tell whether a kind of document makes sense.

        What we recover we do not pay out, what we reimburse we do not demand.
        """
        self.ensure_one()
        wrong = {RECOVER: REFUNDS, REIMBURSE: DEMANDS}.get(self.direction, ())
        return conversion.code not in wrong

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def action_convert(self):
        """Make the document the category is for, or ask which one.

        :raises UserError: when there is none the user may create
        """
        self.ensure_one()
        self.check_access("write")
        if not self.conversion_ids:
            names = self.category_id.conversion_ids._filter_available().mapped("name")
            raise UserError(
                self.env._(
                    "%(request)s becomes: %(documents)s. You may not create any of them; "
                    "ask somebody who sells, buys or invoices.",
                    request=self.display_name,
                    documents=", ".join(names) or self.env._("nothing"),
                )
            )
        if len(self.conversion_ids) == 1:
            return self._convert(self.conversion_ids)._get_records_action()
        wizard = self.env["counterparty.request.convert"].create({"request_id": self.id})
        return wizard._get_records_action(name=self.env._("Convert"), target="new")

    def action_open_documents(self):
        """Open the documents that were made from the request."""
        self.ensure_one()
        if len(self.document_ids) == 1:
            return self.document_ids.action_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents"),
            "res_model": "counterparty.request.document",
            "view_mode": "list",
            "domain": [("request_id", "=", self.id)],
        }

    # ------------------------------------------------------------
    # Once
    # ------------------------------------------------------------

    def _convert(self, conversion, another=False):
        """Return the document of a kind that was made from the request, made now if need be.

        :param conversion: kind of the document
        :param another: make one more though there is one
        :raises UserError: without the right to create it, or without what it needs
        """
        self.ensure_one()
        conversion = conversion.with_env(self.env)
        self._lock_conversion()
        live = self._find_converted(conversion)
        if live and not another:
            return live[-1]._get_document()
        if not conversion._filter_available():
            raise UserError(
                self.env._("%(kind)s: this is not installed here.", kind=conversion.name)
            )
        if not conversion._filter_allowed():
            raise UserError(
                self.env._(
                    "You may not create “%(kind)s”. Ask somebody who may, "
                    "or assign the request to them.",
                    kind=conversion.name,
                )
            )
        if not self._is_fitting(conversion):
            values = {"request": self.display_name, "kind": conversion.name}
            if self.direction == RECOVER:
                raise UserError(
                    self.env._("%(request)s recovers money: “%(kind)s” would pay it out.", **values)
                )
            raise UserError(
                self.env._("%(request)s pays money back: “%(kind)s” would demand it.", **values)
            )
        missing = self.state == states.NEW and self.missing_fields
        if missing:
            raise UserError(
                self.env._(
                    "%(request)s needs more before work starts: %(fields)s.",
                    request=self.display_name,
                    fields=missing,
                )
            )
        document = getattr(self, f"_convert_to_{conversion.code}")()
        if conversion.code in NOTED:
            self._hand_over_files(document)
        self._link_document(document, conversion)
        return document

    def _lock_conversion(self):
        """Let conversions of a request pass one after the other.

        The lock writes: whoever waited would not see the document of the other under REPEATABLE
        READ; after a write the host repeats the call, which finds it.
        """
        self.flush_recordset(["conversion_serial"])
        self.env.cr.execute(
            SQL(
                """UPDATE counterparty_request
                      SET conversion_serial = COALESCE(conversion_serial, 0) + 1
                    WHERE id = ANY(%s)""",
                self.ids,
            )
        )
        self.invalidate_recordset(["conversion_serial", "document_ids"], flush=False)

    def _find_converted(self, conversion):
        """Return the links to documents of a kind that still count."""
        return self.document_ids.filtered(
            lambda link: link.conversion_id == conversion and link._is_live()
        )

    def _link_document(self, document, conversion):
        """Let request and document know each other."""
        # the link is written by the conversion alone
        link = (
            self.env["counterparty.request.document"]
            .sudo()
            .create(
                {
                    "request_id": self.id,
                    "conversion_id": conversion.id,
                    "res_model": document._name,
                    "res_id": document.id,
                }
            )
        )
        link.last_state = link._get_state()[0]
        self._message_log(
            body=self.env._("%(document)s was created.", document=document._get_html_link())
            if hasattr(document, "_get_html_link")
            else document.display_name
        )
        if document._name in TRACKED_MODELS:
            # they have no field of ours that would name it
            document._message_log(
                body=self.env._("Made from %(request)s.", request=self._get_html_link())
            )
        if self.state == states.NEW:
            self._open()

    # ------------------------------------------------------------
    # Automatically
    # ------------------------------------------------------------

    def _convert_automatically(self):
        """Make the draft that the category wants once nothing is missing any more."""
        if self.env.context.get(LETTER_FOLLOWS):
            return
        for request in self:
            conversion = request.category_id.automatic_conversion_id._filter_available()
            ready = (
                conversion
                and request.partner_id
                and request.state in states.LIVE
                and not request.missing_fields
                and not request.document_ids
                # once: what the agent threw away, or what failed, is theirs to make
                and not request.conversion_serial
            )
            needs = AUTOMATIC_NEEDS.get(conversion.code, ())
            if ready and all(request[name] for name in needs):
                request._try_to_convert(conversion)

    def _try_to_convert(self, conversion):
        """Make a draft, or leave it to the agent: no request fails because of its document."""
        self.ensure_one()
        # outside of the savepoint: the try counts whatever comes of it
        self._lock_conversion()
        try:
            with self.env.cr.savepoint():
                # the rule of the category acts, whoever or whatever brought the request
                self.sudo()._convert(conversion)
        except UserError as error:
            self._message_log(
                body=self.env._(
                    "%(kind)s could not be made by itself: %(reason)s",
                    kind=conversion.name,
                    reason=error,
                )
            )

    # ------------------------------------------------------------
    # What documents take over
    # ------------------------------------------------------------

    def _get_salesperson(self):
        """Return who sells to the counterparty, else who works on the request."""
        self.ensure_one()
        # who sells to whom is known to the desk
        partner = self.sudo().partner_id
        return partner.user_id or partner.commercial_partner_id.user_id or self.user_id

    def _require_partner(self):
        """Return the contact of the request.

        :raises UserError: when it has none yet
        """
        self.ensure_one()
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "Say first who asks: %(request)s has no contact.", request=self.display_name
                )
            )
        return self.partner_id

    def _get_plain_reference(self):
        return self.display_name

    def _get_order_line_vals(self):
        self.ensure_one()
        if self.line_ids:
            return [Command.create(line._prepare_order_line_vals()) for line in self.line_ids]
        if not self.product_id:
            return []
        return [Command.create({"product_id": self.product_id.id})]

    # ------------------------------------------------------------
    # Sales
    # ------------------------------------------------------------

    def _convert_to_lead(self):
        return self.env["crm.lead"].create(self._prepare_lead_vals("lead"))

    def _convert_to_opportunity(self):
        return self.env["crm.lead"].create(self._prepare_lead_vals("opportunity"))

    def _prepare_lead_vals(self, kind):
        """Return values of a lead or an opportunity."""
        self.ensure_one()
        return {
            "type": kind,
            "name": self._get_plain_reference(),
            "partner_id": self.partner_id.id,
            "contact_name": False if self.partner_id else self.partner_name,
            "email_from": self.partner_email,
            "phone": self.partner_phone,
            "description": self._get_note(),
            "campaign_id": self.campaign_id.id,
            "user_id": self._get_salesperson().id,
            "company_id": self.company_id.id,
        }

    def _convert_to_quotation(self):
        return self.env["sale.order"].create(self._prepare_order_vals())

    def _prepare_order_vals(self):
        """Return values of a quotation."""
        partner = self._require_partner()
        return {
            "partner_id": partner.id,
            "origin": self.number,
            "client_order_ref": False,
            "campaign_id": self.campaign_id.id,
            "user_id": self._get_salesperson().id,
            "company_id": self.company_id.id,
            "order_line": self._get_order_line_vals(),
        }

    def _convert_to_replacement(self):
        return self.env["sale.order"].create(self._prepare_replacement_vals())

    def _prepare_replacement_vals(self):
        """Return values of an order that replaces a product for nothing.

        :raises UserError: when the request names no product
        """
        if not self.product_id:
            raise UserError(
                self.env._(
                    "Name the product first that %(request)s is about.", request=self.display_name
                )
            )
        # a price that differs from the technical one was set by hand: the host keeps it, whereas
        # it works out a discount again with the quantity
        line = {"product_id": self.product_id.id, "price_unit": 0.0, "technical_price_unit": 1.0}
        return {**self._prepare_order_vals(), "order_line": [Command.create(line)]}

    # ------------------------------------------------------------
    # Visits
    # ------------------------------------------------------------

    def _convert_to_meeting(self):
        # the visit is planned now, invitations go out when the agent sends them
        quiet = {
            "no_mail_to_attendees": True,
            "dont_notify": True,
            "mail_auto_subscribe_no_notify": True,
            "mail_activity_quick_update": True,
        }
        event = (
            self.env["calendar.event"].with_context(**quiet).create(self._prepare_meeting_vals())
        )
        return event.with_env(self.env)

    def _prepare_meeting_vals(self):
        """Return values of the visit.

        :raises UserError: when nobody said when
        """
        if not self.wanted_date:
            raise UserError(
                self.env._("Say first when: %(request)s has no date.", request=self.display_name)
            )
        user = self.user_id or self.env.user
        return {
            "name": self._get_plain_reference(),
            "start": self.wanted_date,
            "stop": fields.Datetime.add(self.wanted_date, hours=self.wanted_hours or 1.0),
            "location": self.wanted_place or self.address,
            "description": self._get_note(shown=True),
            "user_id": user.id,
            "partner_ids": [Command.set((user.partner_id | self.partner_id).ids)],
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
        }
