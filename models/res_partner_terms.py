from odoo import api, models
from odoo.fields import Domain

from .counterparty_facts_money import LEDGER

ARTICLES = "product.supplierinfo"


class CounterpartyTermsPartnerMixin(models.AbstractModel):
    """What is agreed with a partner: the discounts of its cards, agreements and articles."""

    _name = "counterparty.terms.partner.mixin"
    _description = "Terms of a counterparty"

    @api.readonly
    def get_counterparty_discounts(self):
        """Return the discounts in force that the partner gets from us or gives us.

        :return: list of ``{label, action}``; the action opens what grants the discount
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env["counterparty.document"].has_access("read"):
            return []
        lines = []
        for document in self._get_counterparty_discount_papers():
            labels = document._get_discount_labels()
            labels += [line._get_label() for line in document.discount_ids]
            action = document._get_records_action()
            lines += [{"label": label, "action": action} for label in labels]
        return lines + self._get_counterparty_article_discounts()

    def _get_counterparty_terms(self):
        """Return ``[(label, text)]`` of the terms for paper: what is filled and may be seen."""
        self.ensure_one()
        names = []
        if self.env.user.has_group("product.group_product_pricelist"):
            names.append("property_product_pricelist")
        if self.env.user.has_groups(LEDGER):
            names += ["property_payment_term_id", "property_supplier_payment_term_id"]
            names.append("property_account_position_id")
        labels = self.fields_get(names, ["string"])
        terms = [(labels[name]["string"], self[name].display_name) for name in names if self[name]]
        discounts = [line["label"] for line in self.get_counterparty_discounts()]
        return terms + [(self.env._("Discount"), label) for label in discounts]

    def _get_counterparty_discount_papers(self):
        """Return the client cards and agreements of the partner's company that hold today."""
        current = Domain("state", "in", ["valid", "expiring"])
        entity = Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
        usages = Domain("usage", "in", ["card", "agreement"])
        return self.env["counterparty.document"].search(entity & usages & current)

    def _get_counterparty_article_discounts(self):
        if not self.env[ARTICLES].has_access("read"):
            return []
        domain = Domain("partner_id", "=", self.commercial_partner_id.id)
        domain &= Domain("discount", ">", 0)
        domain &= Domain("date_end", "=", False) | Domain("date_end", ">=", "today")
        count = self.env[ARTICLES].search_count(domain)
        if not count:
            return []
        label = self.env._("Articles with a discount of their own: %(count)s", count=count)
        action = self.action_open_counterparty_tile("discounts", "articles")
        return [{"label": label, "action": action}]
