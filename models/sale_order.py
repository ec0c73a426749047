from odoo import api, fields, models

from .portal_mixin import NOT_PAYABLE
from .sale_order_credit import CHECKED, OVERRIDE, OrderIds
from .sale_order_line import SALE_MARGIN

# orders of this call whose group credit was checked before they changed their state
CLEARED = "counterparty_credit_cleared_ids"


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "counterparty.request.target.mixin",
        "sale.order",
        "counterparty.role.source.mixin",
        "counterparty.card.order.mixin",
        "counterparty.holding.group.mixin",
        "counterparty.credit.order.mixin",
    ]

    _counterparty_document_family = "sale"

    # profit: the host shows margins to whoever reads the order, portal users included
    margin = fields.Monetary(groups=SALE_MARGIN)
    margin_percent = fields.Float(groups=SALE_MARGIN)

    # holding
    counterparty_credit_override = fields.Monetary(
        "Allowed over Group Credit",
        currency_field="counterparty_credit_override_currency_id",
        readonly=True,
        copy=False,
        # nobody else writes it, also not through an import or a program
        groups=OVERRIDE,
        help="Up to this amount the order was allowed in spite of the group's credit.",
    )
    counterparty_credit_override_currency_id = fields.Many2one(
        "res.currency", "Allowed in Currency", readonly=True, copy=False, groups=OVERRIDE
    )
    counterparty_credit_override_partner_id = fields.Many2one(
        "res.partner",
        "Allowed for Debtor",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=OVERRIDE,
    )
    # counterparty: a page of the timeline
    _counterparty_timeline_idx = models.Index("(partner_id, date_order DESC, id DESC)")
    # what is ordered and not invoiced, read at every check of a group's credit
    _counterparty_open_idx = models.Index(
        "(partner_invoice_id) WHERE state = 'sale' AND invoice_status != 'invoiced'"
    )

    # counterparty: the price list of a client card comes before the customer's own
    @api.depends("counterparty_card_id")
    def _compute_pricelist_id(self):
        result = super()._compute_pricelist_id()
        for order in self.filtered(lambda order: order.state == "draft"):
            # whoever sells applies the card; its document may not be theirs to open
            card = order.sudo().counterparty_card_id._filter_cards_in_force()
            pricelist = card.card_pricelist_id
            if pricelist:
                order.pricelist_id = pricelist
        return result

    def _get_update_prices_lines(self):
        lines = super()._get_update_prices_lines()
        # the host's “Update Prices” takes the list's all the same
        agreed = self.env.context.get("counterparty_agreed_ids", ())
        return lines.filtered(lambda line: line.id not in agreed)

    # ------------------------------------------------------------
    # PORTAL: whoever may not pay is not asked to
    # ------------------------------------------------------------

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self.env.context.get(NOT_PAYABLE)

    # ------------------------------------------------------------
    # HOLDING: credit of the group
    # ------------------------------------------------------------

    def action_confirm(self):
        # before the host changes states and sends mails about orders that will wait
        cleared = self._clear_counterparty_credit()
        if not cleared and self:
            return True
        context = {CLEARED: OrderIds(cleared.ids)}
        return super(SaleOrder, cleared.with_context(**context)).action_confirm()

    def _action_confirm(self):
        # every way of confirming ends here, also those that do not use action_confirm
        known = self._get_counterparty_credit_known(CLEARED)
        unchecked = self.filtered(lambda order: order.id not in known)
        cleared = (self - unchecked) | unchecked._clear_counterparty_credit()
        result = super(SaleOrder, cleared)._action_confirm()
        cleared._settle_counterparty_credit()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._settle_counterparty_credit()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # an import or a program may bring orders that are confirmed already
        orders.filtered(lambda order: order.state == "sale")._clear_counterparty_credit()
        return orders

    def write(self, vals):
        if vals.get("state") == "sale":
            known = self._get_counterparty_credit_known(CLEARED)
            rising = self.filtered(lambda order: order.state != "sale" and order.id not in known)
            if rising:
                return self._write_confirmed(rising, vals)
        # once for the whole save: whoever raises one line may lower another
        before = self._get_counterparty_credit_facts()
        orders = self
        if before:
            saved = (*self._get_counterparty_credit_known(CHECKED), *(o.id for o in before))
            orders = self.with_context(**{CHECKED: OrderIds(saved)})
        result = super(SaleOrder, orders).write(vals)
        self.browse().concat(*before)._check_counterparty_credit_growth(before)
        if vals.get("state") == "cancel":
            self._allow_counterparty_credit(0.0)
        return result

    def _write_confirmed(self, rising, vals):
        """Write the state of a confirmed order where the credit of the group allows it.

        :param rising: the orders that were not confirmed before
        """
        rest = {name: value for name, value in vals.items() if name != "state"}
        if rest:
            # before the check: they may say who owes the order, how much and on which terms
            self.write(rest)
        cleared = rising._clear_counterparty_credit()
        passing = self - (rising - cleared)
        if passing:
            known = OrderIds(passing.ids)
            passing.with_context(**{CLEARED: known}).write({"state": vals["state"]})
        cleared._settle_counterparty_credit()
        return True
