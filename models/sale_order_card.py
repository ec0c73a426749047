from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

from ..tools.documents import normalised_number

GROUP_USER = "counterparty_crm.group_user"


class CounterpartyCardOrderMixin(models.AbstractModel):
    """A client card on an order: scanned or typed, it gives customer, price list and discount."""

    _name = "counterparty.card.order.mixin"
    _description = "Client card on an order"

    counterparty_card_id = fields.Many2one(
        "counterparty.document",
        "Client Card",
        domain="[('usage', '=', 'card')]",
        check_company=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=GROUP_USER,
    )
    counterparty_uses_cards = fields.Boolean(
        compute="_compute_counterparty_uses_cards", groups=GROUP_USER
    )
    counterparty_card_number = fields.Char(
        "Client Card Number",
        compute="_compute_counterparty_card_number",
        inverse="_inverse_counterparty_card_number",
        search="_search_counterparty_card_number",
        groups=GROUP_USER,
        help="Scan or type the number of a client card.",
    )
    counterparty_card_notice = fields.Char(
        "Client Card Notice",
        compute="_compute_counterparty_card_notice",
        groups=GROUP_USER,
        help="Why the card of an open quotation counts no more.",
    )

    @api.depends("company_id")
    def _compute_counterparty_uses_cards(self):
        # quotations of companies without client cards stay as they are
        Document = self.env["counterparty.document"]
        for company, orders in self.grouped("company_id").items():
            cards = Domain("usage", "=", "card") & Domain("company_id", "in", [company.id, False])
            orders.counterparty_uses_cards = bool(Document.search_count(cards, limit=1))

    @api.depends("counterparty_card_id", "state")
    def _compute_counterparty_card_notice(self):
        for order in self:
            # another seller may have entered the card
            card = order.sudo().counterparty_card_id
            is_open = order.state in ("draft", "sent")
            refusal = card._get_card_refusal() if card and is_open else None
            order.counterparty_card_notice = refusal and self.env._(
                "%(refusal)s Lines quoted so far keep their prices; take the card off to price "
                "all of them without it.",
                refusal=refusal,
            )

    @api.depends("counterparty_card_id")
    def _compute_counterparty_card_number(self):
        for order in self:
            order.counterparty_card_number = order.counterparty_card_id.number

    @api.constrains("partner_id", "counterparty_card_id")
    def _check_counterparty_card_holder(self):
        for order in self:
            # another seller may have entered the card
            card = order.sudo().counterparty_card_id
            if card and card.usage != "card":
                raise ValidationError(
                    self.env._(
                        "Only a client card can be entered as the client card of %(order)s.",
                        order=order.display_name,
                    )
                )
            if card and card.commercial_partner_id != order.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Client card %(number)s belongs to %(holder)s. "
                        "Take it off the order before you change the customer.",
                        number=card.number,
                        holder=card.partner_id.display_name,
                    )
                )

    @api.constrains("counterparty_card_id")
    def _check_counterparty_card_in_force(self):
        for order in self.filtered(lambda order: order.state in ("draft", "sent")):
            # another seller may have entered the card
            card = order.sudo().counterparty_card_id
            refusal = card and card._get_card_refusal()
            if refusal:
                raise ValidationError(refusal)

    def write(self, vals):
        if "counterparty_card_id" not in vals:
            return super().write(vals)
        # another seller may have entered the card
        before = {order: order.sudo().counterparty_card_id for order in self}
        for order, card in before.items():
            order._check_counterparty_card_open(card, vals["counterparty_card_id"])
        agreed = {order: order._get_lines_agreed_by_hand(card) for order, card in before.items()}
        result = super().write(vals)
        for order, card in before.items():
            if card != order.sudo().counterparty_card_id:
                order._apply_counterparty_card(card, agreed[order])
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        field = self._fields["counterparty_card_id"]
        if not self._has_field_access(field, "write"):
            return vals_list
        for order, vals in zip(self, vals_list, strict=True):
            # another seller may have entered the card
            card = order.sudo().counterparty_card_id._filter_cards_in_force()
            customer = order.partner_id.browse(vals.get("partner_id")).commercial_partner_id
            if card.commercial_partner_id == customer:
                vals.setdefault("counterparty_card_id", card.id)
        return vals_list

    def copy(self, default=None):
        copies = super().copy(default)
        for order, copied in zip(self, copies, strict=True):
            # another seller may have entered the card
            card = order.sudo().counterparty_card_id
            if card and not copied.sudo().counterparty_card_id:
                # without the card nothing that it gave
                copied._apply_counterparty_card(card, copied._get_lines_agreed_by_hand(card))
        return copies

    def _check_counterparty_card_open(self, card, card_id):
        if self.state not in ("draft", "sent") and card.id != (card_id or False):
            raise UserError(
                self.env._(
                    "%(order)s is confirmed and keeps its prices. "
                    "Enter the client card on a quotation.",
                    order=self.display_name,
                )
            )

    def _inverse_counterparty_card_number(self):
        for order in self:
            card = order._find_counterparty_card()
            # a form saves the number it shows: only another card prices the lines anew
            if card != order.counterparty_card_id:
                order.counterparty_card_id = card

    def _search_counterparty_card_number(self, operator, value):
        if isinstance(value, str):
            value = normalised_number(value) or ""
        elif operator in ("in", "not in"):
            value = [normalised_number(number) if number else number for number in value]
        return [("counterparty_card_id.number", operator, value)]

    @api.onchange("counterparty_card_number")
    def _onchange_counterparty_card_number(self):
        former = self.counterparty_card_id
        agreed = self._get_lines_agreed_by_hand(former)
        self.counterparty_card_id = self._find_counterparty_card()
        self._apply_counterparty_card(former, agreed)

    def _find_counterparty_card(self):
        """Return the card whose number was entered.

        :raises UserError: for an unknown number, a card out of date or of another customer
        """
        self.ensure_one()
        Document = self.env["counterparty.document"]
        number = self.counterparty_card_number
        if not number:
            return Document
        card = Document._find_card(number)
        if not card or card.company_id not in (self.company_id, Document.company_id):
            raise UserError(self.env._("There is no client card %(number)s.", number=number))
        refusal = card._get_card_refusal()
        if refusal:
            raise UserError(refusal)
        customer = self.partner_id.commercial_partner_id
        if customer and customer != card.commercial_partner_id:
            raise UserError(
                self.env._(
                    "Client card %(number)s belongs to %(holder)s, and this order is for "
                    "%(customer)s.",
                    number=number,
                    holder=card.partner_id.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        return card

    def _get_list_without_ended_card(self):
        """Return the customer's own price list where the order's is that of an ended card.

        Lines quoted under the card keep their prices; further ones are priced by this list.

        :return: a price list, empty where the customer has none, ``None`` for any other order
        """
        # whoever sells applies the card; its document may not be theirs to open
        card = self.sudo().counterparty_card_id
        pricelist = card.card_pricelist_id
        ended = pricelist and not card._filter_cards_in_force()
        if not ended or self.sudo().pricelist_id != pricelist:
            return None
        return self.with_company(self.company_id).partner_id.property_product_pricelist

    def _get_lines_agreed_by_hand(self, card):
        """Return the lines whose price or discount is another than price list and card give.

        :param card: the client card that the order has had so far
        """
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Discount")

        def is_typed(line):
            given = max(line._get_list_discount(), card.card_discount)
            return line._has_typed_price() or float_compare(
                line.discount, given, precision_digits=digits
            )

        lines = self.order_line.filtered(lambda line: line.product_id and not line.display_type)
        return lines.filtered(is_typed)

    def _apply_counterparty_card(self, former, agreed):
        """Give the order the customer and the price list of its card and price its lines anew.

        :param former: the card that the order had before, empty for none
        :param agreed: lines agreed by hand; they keep price and discount
        """
        self.ensure_one()
        # whoever sells applies the card; its document may not be theirs to open
        card = self.sudo().counterparty_card_id
        if self.state not in ("draft", "sent"):
            return
        if card and not self.partner_id:
            self.partner_id = card.partner_id
        if card.card_pricelist_id:
            self.pricelist_id = card.card_pricelist_id
        elif not card:
            self._compute_pricelist_id()
        # lines of a form have no numbers yet
        agreed_ids = tuple(line.id for line in agreed)
        self.with_context(counterparty_agreed_ids=agreed_ids)._recompute_prices()
        # a discount of the former card does not stay on a price agreed by hand
        agreed.filtered(
            lambda line: former.card_discount and line.discount == former.card_discount
        ).discount = 0.0
