from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import duplicates

GROUP_USER = "counterparty_crm.group_user"
CANDIDATES = 200
WORDS = 3
SHORTEST_WORD = 3
SHOWN = 5


class CounterpartyDuplicatePartnerMixin(models.AbstractModel):
    """Finds, before a new counterparty is saved, who it may already be."""

    _name = "counterparty.duplicate.partner.mixin"
    _description = "Duplicates of a counterparty"

    counterparty_duplicate_ids = fields.Many2many(
        "res.partner",
        string="Already There?",
        compute="_compute_counterparty_duplicate_ids",
        context={"active_test": False},
        groups=GROUP_USER,
        help="Contacts with the same tax number or telephone, or a similar name.",
    )

    # keys of the index follow tools/duplicates.py; the search is exact on them
    _counterparty_vat_key_idx = models.Index(
        r"((regexp_replace(regexp_replace(upper(vat), '[^A-Z0-9]', '', 'g'), '^[A-Z]{2}', '')))"
        " WHERE vat IS NOT NULL"
    )
    _counterparty_phone_key_idx = models.Index(
        r"((right(regexp_replace(phone, '\D', '', 'g'), 8))) WHERE phone IS NOT NULL"
    )

    @api.depends("name", "vat", "phone", "country_id", "is_company", "parent_id")
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
        # who was archived comes back instead of being entered twice
        Partner = self.env["res.partner"].with_context(active_test=False)
        ids = [*self._find_same_vat(), *self._find_same_phone(), *self._find_similar_name()]
        found = Partner.search([("id", "in", list(dict.fromkeys(ids)))])
        # the host copies a company's tax number to its contacts: the company says it all
        entities = found.filtered(lambda partner: partner == partner.commercial_partner_id)
        found -= found.filtered(
            lambda partner: partner not in entities and partner.commercial_partner_id in entities
        )
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
        country = self.country_id or self.env.company.country_id
        keys = duplicates.phone_keys(self.phone, str(country.phone_code or ""))
        if not keys:
            return []
        return self._find_by_key(
            SQL(
                r"phone IS NOT NULL AND right(regexp_replace(phone, '\D', '', 'g'), 8) IN %s",
                tuple(keys),
            )
        )

    def _find_by_key(self, condition):
        self.env["res.partner"].flush_model(["vat", "phone"])
        rows = self.env.execute_query(
            SQL("SELECT id FROM res_partner WHERE %s ORDER BY id LIMIT %s", condition, CANDIDATES)
        )
        return [partner_id for (partner_id,) in rows]

    def _find_similar_name(self):
        words = sorted(duplicates.name_key(self.name).split(), key=len, reverse=True)
        words = [word for word in words if len(word) >= SHORTEST_WORD][:WORDS]
        if not words:
            return []
        self.env["res.partner"].flush_model(["name", "parent_id"])
        # one pass over the names, whatever accents they have: those with most of the words come
        # first, and the beginning of one word is enough for a slip of the pen
        beginnings = "|".join(duplicates.spelling_pattern(word[:SHORTEST_WORD]) for word in words)
        whole = [SQL("(name ~ %s)::int", duplicates.spelling_pattern(word)) for word in words]
        rows = self.env.execute_query(
            SQL(
                """SELECT id, name FROM res_partner
                    WHERE parent_id IS NULL AND name ~ %s
                    ORDER BY %s DESC, id LIMIT %s""",
                beginnings,
                SQL(" + ").join(whole),
                CANDIDATES,
            )
        )
        return [partner_id for partner_id, name in rows if duplicates.are_similar(name, self.name)]
