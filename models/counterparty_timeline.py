from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import timeline
from ..tools.day_input import clamp_day, read_day
from ..tools.timeline import Position
from .counterparty_timeline_legs import LEGS, PLANNED_TEXTS

GROUP_USER = "counterparty_crm.group_user"
AREA_HOLDING = "counterparty_crm.group_area_holding"
PAGE = 40
MOST = 2000  # rows of one page, whoever asks
RULED = ("company_id", "partner_share")  # what the host's rule asks of a partner


class CounterpartyTimeline(models.AbstractModel):
    """Everything that passed between us and a counterparty, in one list.

    A UNION ALL of what each model's own search finds for the user: record rules hold by
    construction, and there is nothing to keep in step. One literal leg per model and member of the
    family, each read from its own index; pages begin after a position, never after an offset.
    """

    _name = "counterparty.timeline"
    _description = "Timeline of a Counterparty"
    _inherit = [
        "counterparty.timeline.query.mixin",
        "counterparty.timeline.row.mixin",
        "counterparty.timeline.output.mixin",
    ]

    # ------------------------------------------------------------
    # Called by the client
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_page(self, partner_id, filters=None, cursor=None, limit=PAGE):
        """Return the rows of a counterparty's timeline that come after a position.

        :param partner_id: id of a counterparty, with its contacts, or of one contact alone
        :param filters: ``kinds`` (list), ``since`` and ``until`` (days, inclusive), ``text``,
            ``group`` (with the members of its groups that the user may see)
        :param cursor: the ``next`` of the page before
        :return: ``{"rows": [..], "next": cursor or False}``; with the first page also the
            ``kinds`` to filter by, and whether the user works with groups (``may_group``)
        :raises AccessError: for users without our rights, or without access to the counterparty
        """
        partner = self._check_partner(partner_id)
        filters = self._clean_filters(filters)
        legs = self._get_legs()
        position = self._read_position(cursor) if cursor else None
        limit = max(1, min(int(limit), MOST))
        found = self._read_page(legs, partner, filters, position, limit)
        page = {
            "rows": self._prepare_rows(legs, partner, found[:limit]),
            "next": timeline.format_position(found[limit - 1][0]) if found[limit:] else False,
        }
        if not cursor:
            page["kinds"] = self._prepare_kinds(legs)
            page["may_group"] = self.env.user.has_group(AREA_HOLDING)
        return page

    @api.model
    def _read_position(self, cursor):
        try:
            return timeline.parse_position(cursor)
        except ValueError as error:
            raise UserError(
                self.env._("Where this page of the history begins cannot be read. Read it again.")
            ) from error

    @api.model
    def _check_partner(self, partner_id):
        if not self.env.user.has_group(GROUP_USER):
            raise AccessError(self.env._("The history of counterparties is for their users."))
        partner = self.env["res.partner"].browse(int(partner_id))
        # the host's rule reads where companies belong, and would read all their columns with it;
        # the companies in which somebody works are no secret to them
        self.env.companies.sudo().fetch(["currency_id", "parent_path"])
        if not self._fetch_partners(partner.ids):
            partner.check_access("read")
            raise MissingError(self.env._("This counterparty has been deleted."))
        return partner

    @api.model
    def _fetch_partners(self, ids):
        """Return those partners that the user may see, with what the host's rule on them asks.

        Whoever asks a record that nothing is known of reads it with all its columns.
        """
        everybody = self.env["res.partner"].with_context(active_test=False)
        return everybody.search_fetch([("id", "in", ids)], RULED, order="id")

    @api.model
    def _clean_filters(self, filters):
        """Return filters with days as dates; what nobody asks for is left out.

        While somebody types a year its first digits are a day of long ago, or none.
        """
        filters = filters or {}
        cleaned = {name: filters[name] for name in ("kinds", "text", "group") if filters.get(name)}
        for name in ("since", "until"):
            if day := read_day(filters.get(name)):
                cleaned[name] = clamp_day(day)
        return cleaned

    # ------------------------------------------------------------
    # Legs
    # ------------------------------------------------------------

    @api.model
    def _get_catalogue(self):
        """Return all legs; areas and other modules extend the list."""
        return LEGS

    @api.model
    def _get_legs(self):
        """Return ``{place: leg}`` of the models that the user may read."""
        return {
            place: leg
            for place, leg in enumerate(self._get_catalogue())
            if all(
                model in self.env and self.env[model].has_access("read")
                for model in (leg.model, *leg.reads)
            )
        }

    @api.model
    def _get_scope(self, partner, filters):
        """Return ids of the partners whose records the timeline shows.

        A commercial entity speaks for all its contacts and addresses, archived ones too; a contact
        for itself alone. Which they are says nothing of their documents: those have rules of their
        own, so this asks for none.
        """
        self.env["res.partner"].flush_model(["commercial_partner_id", "is_company", "parent_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM res_partner
                    WHERE id = %(id)s
                       OR (commercial_partner_id = %(id)s OR parent_id = %(id)s)
                          AND is_company IS NOT TRUE""",
                id=partner.id,
            )
        )
        ids = [row[0] for row in rows]
        if not filters.get("group"):
            return ids
        Holding = self.env["counterparty.holding"]
        if not Holding.has_access("read"):
            return ids
        day = Holding._get_day()
        holdings = Holding._get_holdings_of([partner.commercial_partner_id.id], day)
        holdings = holdings.get(partner.commercial_partner_id.id, Holding)
        if not holdings:
            return ids
        members = SQL("(SELECT partner_id FROM (%s) AS m)", holdings._sql_members(day))
        # the members that the user may see, with their contacts
        everybody = self.env["res.partner"].with_context(active_test=False)
        return list({*ids, *everybody._search([("commercial_partner_id", "in", members)])})

    @api.model
    def _domain_leg(self, leg, scope, filters):
        """Return the domain of a leg's records, or nothing when the filters leave none."""
        domain = Domain(list(leg.where))
        kinds = filters.get("kinds")
        if kinds:
            asked = [kind for kind in leg.kinds if kind in kinds]
            if not asked:
                return None
            if leg.kind_field and len(asked) < len(leg.kinds):
                values = [value for kind in asked for value in leg.kinds[kind]]
                domain &= Domain(leg.kind_field, "in", self._get_kind_values(leg, values))
        if filters.get("text"):
            domain &= self._domain_text(leg, scope, filters["text"])
        return domain

    @api.model
    def _domain_text(self, leg, scope, text):
        if leg.texts:
            return Domain.OR(Domain(name, "ilike", text) for name in leg.texts)
        # what was done about documents: its words are those of the activity, for its readers
        words = Domain.OR(Domain(name, "ilike", text) for name in PLANNED_TEXTS)
        done = Domain("active", "=", False) & Domain("counterparty_partner_id", "in", scope)
        return Domain("res_id", "in", self.env["mail.activity"].search(words & done).ids)

    @api.model
    def _get_kind_values(self, leg, values):
        """Return the values of the field itself where the leg names those of another."""
        if leg.model != "stock.picking":
            return values
        # which way goods move is no secret of whoever may read the transfer
        types = self.env["stock.picking.type"].sudo().with_context(active_test=False)
        return types.search([("code", "in", values)]).ids

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _read_page(self, legs, partner, filters, position, limit):
        """Return the rows of a page and one more, each ``(position, values)``.

        Models that ask the documents of their records who may read them are asked about the rows
        found; what drops out is filled up.
        """
        scope = self._get_scope(partner, filters)
        present, many = self._find_present(legs, scope, filters)
        size, page = limit + 1, []
        sources = self._get_sources({place: legs[place] for place in present}, scope, filters)
        while sources:
            sql = self._sql_page(sources, scope, (present, many), filters, position, size)
            found = [(Position(*row[:3]), row[3:]) for row in self.env.execute_query(sql) if row[2]]
            page += self._filter_checked(legs, partner, found)
            if len(page) > limit or len(found) < size:
                break
            position = found[-1][0]
            size = min(size * 4, MOST)
        return page[: limit + 1]

    @api.model
    def _filter_checked(self, legs, partner, found):
        """Return the rows that the user may see by the model's own search."""
        asked, people = {}, set()
        for position, values in found:
            if legs[position.place].checked:
                asked.setdefault(legs[position.place].model, set()).add(position.id)
                people.add(values[-1])
        if not asked:
            return found
        # the host asks the documents of messages and activities, and who the user is: of both it
        # would read all columns
        self.env.user.fetch(["partner_id"])
        if others := people - {None, partner.id}:
            self._fetch_partners(others)
        allowed = {}
        for model, ids in asked.items():
            records = self.env[model].with_context(active_test=False)
            allowed[model] = set(records._search([("id", "in", list(ids))]))
        return [
            row
            for row in found
            if not legs[row[0].place].checked or row[0].id in allowed[legs[row[0].place].model]
        ]
