from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.dossier import TileEntry
from ..tools.documents import normalised_number

GROUP_USER = "counterparty_crm.group_user"


class CounterpartyDocumentPartnerMixin(models.AbstractModel):
    """The register of documents seen from a partner: tiles, client cards, filters."""

    _name = "counterparty.document.partner.mixin"
    _description = "Documents of a counterparty"

    counterparty_document_ids = fields.One2many(
        "counterparty.document", "partner_id", string="Register", groups=GROUP_USER
    )
    counterparty_card_number = fields.Char(
        "Client Card Number",
        compute="_compute_counterparty_card_number",
        search="_search_counterparty_card_number",
        groups=GROUP_USER,
    )
    # people and companies have a day to congratulate on; it is no more secret than the address
    counterparty_birthday = fields.Date("Birthday", groups=GROUP_USER)
    counterparty_founding_date = fields.Date("Founded On", groups=GROUP_USER)

    def _compute_counterparty_card_number(self):
        cards = self.env["counterparty.document"].search(
            [("partner_id", "in", self.ids), ("usage", "=", "card")]
        )
        for partner in self:
            own = cards.filtered(lambda card, partner=partner: card.partner_id == partner)
            partner.counterparty_card_number = own[:1].number

    def _search_counterparty_card_number(self, operator, value):
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        if operator == "in":
            value = [normalised_number(number) for number in value if number]
        cards = Domain("usage", "=", "card") & Domain("number", operator, value)
        cards = self.env["counterparty.document"]._search(cards)
        return Domain("id", "in", cards.subselect("partner_id"))

    # ------------------------------------------------------------
    # Tiles of the register
    # ------------------------------------------------------------

    def _get_counterparty_tile_entries(self):
        entries = super()._get_counterparty_tile_entries()
        return entries + self._get_document_tile_entries()

    def _get_document_tile_entries(self):
        """Return an entry of the register for every section that kinds of documents name."""
        _ = self.env._
        # kinds are no secret; personal ones count only for those who may see their documents
        kinds = self.env["counterparty.document.kind"].sudo().with_context(active_test=False)
        sections = {}
        for kind in kinds.search(Domain.TRUE):
            sections.setdefault(kind.section_id, []).append(kind)
        entries = []
        for section, own in sections.items():
            label = own[0].name if len(own) == 1 else _("Documents")
            entries.append(
                TileEntry(
                    section.code,
                    "documents",
                    label,
                    "counterparty.document",
                    {"section_id": section.ids},
                    action="counterparty_crm.counterparty_document_action",
                    defaults={"default_kind_id": own[0].id},
                )
            )
        return entries

    def _may_open_counterparty_tile(self, entry):
        personal = self.env.ref("counterparty_crm.section_personal").code
        if entry.section == personal and not self.env.user.has_group(
            "counterparty_crm.group_personal_documents"
        ):
            return False
        return super()._may_open_counterparty_tile(entry)

    def _domain_counterparty_tile_base(self, model, ids):
        if model == "counterparty.document":
            # a declaration shows on the supplier and on the office
            return Domain("partner_id", "in", ids) | Domain("office_id", "in", ids)
        return super()._domain_counterparty_tile_base(model, ids)

    def _counterparty_tile_creates(self):
        return super()._counterparty_tile_creates() | {"counterparty.document"}

    # ------------------------------------------------------------
    # Search
    # ------------------------------------------------------------

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        number = normalised_number(value) if isinstance(value, str) else None
        # the number of a scanned card finds its holder wherever a partner is chosen
        if operator in ("ilike", "=", "in") and number and any(sign.isdigit() for sign in number):
            Document = self.env["counterparty.document"]
            if Document.has_access("read"):
                return Domain(domain) | Document._domain_card_partners(number)
        return domain
