from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.documents import normalised_number
from ..tools.dossier import TileEntry
from .counterparty_document_privacy import PERSONAL

GROUP_USER = "counterparty_crm.group_user"
PERSONAL_SECTION = "personal"
DOCUMENTS = "documents"  # key of the entry of the register in a tile


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
    # people and companies have a day to congratulate on; it is no more secret than the address;
    # not copied: the host would read it for whoever duplicates a contact
    counterparty_birthday = fields.Date("Birthday", copy=False, groups=GROUP_USER)
    counterparty_founding_date = fields.Date("Founded On", copy=False, groups=GROUP_USER)

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
        cards, has_none = Domain("usage", "=", "card"), False
        if operator == "in":
            has_none = False in value
            numbers = [normalised_number(number) for number in value if number]
        else:
            numbers = normalised_number(value) or ""
        Document = self.env["counterparty.document"]
        found = Document._search(cards & Domain("number", operator, numbers))
        domain = Domain("id", "in", found.subselect("partner_id"))
        if has_none:
            domain |= Domain("id", "not in", Document._search(cards).subselect("partner_id"))
        return domain

    def write(self, vals):
        result = super().write(vals)
        if vals.get("company_id"):
            self._move_counterparty_papers(vals["company_id"])
        return result

    def _move_counterparty_papers(self, company_id):
        """Let the documents of partners follow them to the company that they now belong to.

        :param company_id: id of the company
        """
        # whoever moves the partner moves all its papers, those of others and personal ones too
        papers = self.env["counterparty.document"].sudo().with_context(active_test=False)
        theirs = Domain("partner_id", "in", self.ids) & Domain("company_id", "!=", company_id)
        papers.search(theirs).company_id = company_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counterparty_papers(self):
        """Refuse to delete whose papers are kept, in the same words whoever may see the papers.

        The database would refuse as well, and say that it is for documents which the user may not
        know of.
        """
        # those that the user may not see are kept too
        papers = self.env["counterparty.document"].sudo().with_context(active_test=False)
        theirs = Domain("partner_id", "in", self.ids) | Domain("office_id", "in", self.ids)
        [paper] = papers.search(theirs, limit=1) or [papers]
        kept = self & (paper.partner_id | paper.office_id).with_env(self.env)
        if kept:
            raise UserError(
                self.env._(
                    "%(partner)s has records that have to stay, perhaps some that you may not "
                    "see. Archive the contact instead of deleting it.",
                    partner=kept[0].display_name,
                )
            )

    # ------------------------------------------------------------
    # Tiles of the register
    # ------------------------------------------------------------

    def _get_counterparty_tile_entries(self):
        entries = super()._get_counterparty_tile_entries()
        return entries + self._get_document_tile_entries()

    def _get_document_tile_entries(self):
        """Return an entry of the register for sections with kinds of documents, and for own ones.

        A section that users have added shows its tile before it has a kind.
        """
        kinds_by_section = self.env["counterparty.document.kind"]._get_catalogue()
        entries = []
        for section in self.env["counterparty.section"]._get_catalogue():
            kinds = kinds_by_section.get(section.id, ())
            if not kinds and section.is_core:
                continue
            entries.append(
                TileEntry(
                    section.code,
                    DOCUMENTS,
                    kinds[0][1] if len(kinds) == 1 else self.env._("Documents"),
                    "counterparty.document",
                    {"section_id": [section.id]},
                    action="counterparty_crm.counterparty_document_action",
                    defaults={"default_kind_id": kinds[0][0]} if kinds else {},
                )
            )
        return entries

    def _may_open_counterparty_tile(self, entry):
        if entry.section == PERSONAL_SECTION and not self.env.user.has_group(PERSONAL):
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

    # ------------------------------------------------------------
    # Own fields in mail templates
    # ------------------------------------------------------------

    def get_counterparty_value(self, type_code, key):
        """Return an own field of the partner's role as text, for mail templates.

        In a template: ``object.get_counterparty_value("insurer", "policy_limit")``.

        :param type_code: code of the type that defines the field
        :param key: the field's key, or its label
        """
        self.ensure_one()
        self.check_access("read")
        # a mail of a buyer or clerk is not to fail: roles are as visible as their partner
        role = self._get_counterparty_roles().filtered(
            lambda role: role.sudo().type_id.code == type_code
        )[:1]
        may_read = self.env["counterparty.role"].has_access("read")
        role = role.with_env(self.env) if may_read else role.sudo()
        for entry in role.read(["role_properties"])[0]["role_properties"] if role else ():
            if key in (entry["name"], entry["string"]):
                # names of linked records are for those alone who may read them
                is_link = entry["type"] in ("many2one", "many2many")
                return "" if is_link and not may_read else role._format_own_value(entry)
        return ""

    # ------------------------------------------------------------
    # Printed dossier
    # ------------------------------------------------------------

    def _get_counterparty_dossier(self):
        """Return what the printed dossier shows; personal documents are never among it.

        Paper leaves the house: even those with the right print personal documents one by one.

        :return: ``{roles, contacts, accounts, documents: recordsets, terms: [(label, text)],
            tiles: [(section, label, count)]}``
        """
        self.ensure_one()
        scope = self._get_counterparty_scope()
        documents = self.env["counterparty.document"].search(
            self._domain_counterparty_tile_base("counterparty.document", scope)
            & Domain("is_personal", "=", False),
            order="kind_id, date_to desc, id",
        )
        contacts = self.child_ids.filtered(lambda child: not child.is_company)
        # a tile also counts personal documents of kinds that its section shows
        printed = Counter(document.section_id.code for document in documents)
        return {
            "roles": self._get_counterparty_roles().with_env(self.env),
            "contacts": contacts,
            "accounts": self.env["res.partner.bank"].search([("partner_id", "in", scope)]),
            "terms": self._get_counterparty_terms(),
            "documents": documents,
            "tiles": [
                (tile["name"], entry["label"], count)
                for tile in self.get_counterparty_tiles()
                if tile["code"] != PERSONAL_SECTION
                for entry in tile["entries"]
                if (count := printed[tile["code"]] if entry["key"] == DOCUMENTS else entry["count"])
            ],
        }
