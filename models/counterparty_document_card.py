from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..tools.documents import normalised_number


class CounterpartyDocumentCardMixin(models.AbstractModel):
    """Client cards of the register: a number to scan, a price list or a discount."""

    _name = "counterparty.document.card.mixin"
    _description = "Client cards in the register"

    number = fields.Char()
    card_pricelist_id = fields.Many2one("product.pricelist", "Price List", check_company=True)
    card_discount = fields.Float("Discount (%)", digits="Discount")

    _card_number_uniq = models.UniqueIndex(
        "(number) WHERE usage = 'card'",
        "There is already a client card with this number.",
    )
    _card_discount_percent = models.Constraint(
        "CHECK (card_discount BETWEEN 0 AND 100)",
        "The discount of a client card lies between 0 and 100 %.",
    )

    @api.constrains("kind_id", "number")
    def _check_card_number(self):
        for document in self:
            if document.usage == "card" and not document.number:
                raise ValidationError(
                    self.env._(
                        "The client card of %(partner)s needs a number to be found by.",
                        partner=document.partner_id.display_name,
                    )
                )

    @api.model
    def _find_card(self, number):
        """Return the client card with a scanned or typed number, empty when there is none.

        One in the archive is found too, to say so.
        """
        every = self.with_context(active_test=False)
        found = every.search(self._domain_card(number), limit=1) if number else self.browse()
        return found.with_env(self.env)

    @api.model
    def _domain_card(self, number):
        return Domain("usage", "=", "card") & Domain("number", "=", normalised_number(number))

    def _get_card_refusal(self):
        """Return why a card cannot be used today, or ``None``."""
        self.ensure_one()
        if not self.active:
            return self.env._(
                "Client card %(number)s lies in the archive. It gives no price list and no "
                "discount.",
                number=self.number,
            )
        if self.state in ("future", "expired", "renewed"):
            states = dict(self._fields["state"]._description_selection(self.env))
            return self.env._(
                "Client card %(number)s: %(state)s. It gives no price list and no discount.",
                number=self.number,
                state=states[self.state],
            )
        return None

    def _filter_cards_in_force(self):
        """Return the cards that give their price list and discount today."""
        return self.filtered(lambda card: not card._get_card_refusal())

    @api.model
    def _domain_card_partners(self, number):
        """Return the domain of partners that hold the card with this number."""
        query = self._search(self._domain_card(number))
        return Domain("id", "in", query.subselect("partner_id"))

    def _get_discount_labels(self):
        """Return one line for each discount or price list that a card or agreement grants."""
        self.ensure_one()
        labels = []
        if self.card_discount:
            labels.append(
                self.env._(
                    "%(document)s: %(percent)s %%",
                    document=self.display_name,
                    percent=formatLang(self.env, self.card_discount, dp="Discount"),
                )
            )
        # a price list may be closed to those who may open the card
        pricelist = self.card_pricelist_id.sudo()
        if pricelist:
            labels.append(
                self.env._(
                    "%(document)s: price list %(list)s",
                    document=self.display_name,
                    list=pricelist.name,
                )
            )
        return labels
