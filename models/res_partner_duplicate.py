from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import duplicates

GROUP_USER = "counterparty_crm.group_user"
CANDIDATES = 200
SHOWN = 5


class CounterpartyDuplicatePartnerMixin(models.AbstractModel):
    """Finds, before a new counterparty is saved, who it may already be."""

    _name = "counterparty.duplicate.partner.mixin"
    _description = "Duplicates of a counterparty"

    counterparty_duplicate_ids = fields.Many2many(
        "res.partner",
        string="Already There?",
        compute="_compute_counterparty_duplicate_ids",
        groups=GROUP_USER,
        help="Contacts with the same tax number or telephone, or a similar name.",
    )

    # keys of the index follow tools/duplicates.py; the search is exact on them
    _counterparty_vat_key_idx = models.Index(
        r"((regexp_replace(regexp_replace(upper(vat), '[^A-Z0-9]', '', 'g'), '^[A-Z]{2}', '')))"
        " WHERE vat IS NOT NULL"
    )
    _counterparty_phone_key_idx = models.Index(
        r"((right(regexp_replace(phone, '\D', '', 'g'), 9))) WHERE phone IS NOT NULL"
    )

    @api.depends("name", "vat", "phone", "is_company", "parent_id")
    def _compute_counterparty_duplicate_ids(self):
        for partner in self:
            # a saved partner has its merge tools; its form must not pay for this search
            is_new = not partner._origin and not partner.parent_id
            partner.counterparty_duplicate_ids = (
                partner._find_counterparty_duplicates() if is_new else False
            )

    def _find_counterparty_duplicates(self):
        """Return partners that this one may already be, best evidence first.

        What the user may not read is not found.
        """
        self.ensure_one()
        Partner = self.env["res.partner"]
        ids = [*self._find_same_vat(), *self._find_same_phone(), *self._find_similar_name()]
        found = Partner.search([("id", "in", list(dict.fromkeys(ids)))])
        return found.sorted(lambda partner: ids.index(partner.id))[:SHOWN]

    def _find_same_vat(self):
        key = duplicates.vat_key(self.vat)
        if not key:
            return []
        return self._find_by_key(
            SQL(
                r"""vat IS NOT NULL AND regexp_replace(regexp_replace(
                        upper(vat), '[^A-Z0-9]', '', 'g'), '^[A-Z]{2}', '') = %s""",
                key,
            )
        )

    def _find_same_phone(self):
        key = duplicates.phone_key(self.phone)
        if not key:
            return []
        return self._find_by_key(
            SQL(r"phone IS NOT NULL AND right(regexp_replace(phone, '\D', '', 'g'), 9) = %s", key)
        )

    def _find_by_key(self, condition):
        self.env["res.partner"].flush_model(["vat", "phone"])
        rows = self.env.execute_query(
            SQL("SELECT id FROM res_partner WHERE %s ORDER BY id LIMIT %s", condition, CANDIDATES)
        )
        return [partner_id for (partner_id,) in rows]

    def _find_similar_name(self):
        # the host compares letters with their accents: both spellings of the longest word count
        plain = max(duplicates.name_key(self.name).split(), key=len, default="")
        spoken = max((self.name or "").split(), key=len, default="")
        if len(plain) < 3:
            return []
        domain = Domain("parent_id", "=", False) & (
            Domain("name", "ilike", plain[:3]) | Domain("name", "ilike", spoken[:3])
        )
        candidates = self.env["res.partner"].search_fetch(domain, ["name"], limit=CANDIDATES)
        return candidates.filtered(
            lambda partner: duplicates.are_similar(partner.name, self.name)
        ).ids
