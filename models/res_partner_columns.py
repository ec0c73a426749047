from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.day_input import clamp_day
from ..tools.interactions import UNNOTICED_KINDS
from ..tools.roles import ACTIVE, FORMER, FUTURE, PROSPECT
from ..tools.timeline import midnight
from .counterparty_interaction_fill import CORRECTION_DAYS, DOCUMENTS

GROUP_USER = "counterparty_crm.group_user"
# of several roles the strongest says how things stand
STATES = (ACTIVE, PROSPECT, FUTURE, FORMER)


class CounterpartyColumnsPartnerMixin(models.AbstractModel):
    """What the list of counterparties says of each: state, people and contacts.

    All of it is read for a whole page at once, from the records that hold it.
    """

    _name = "counterparty.columns.partner.mixin"
    _description = "Columns of the list of counterparties"

    counterparty_state = fields.Selection(
        [
            ("active", "Active"),
            ("prospect", "Prospect"),
            ("future", "Not yet"),
            ("former", "Former"),
        ],
        string="Role State",
        compute="_compute_counterparty_state",
        groups=GROUP_USER,
        help="Of several roles the strongest; in the list of a type, of the role of that type.",
    )
    counterparty_responsible_ids = fields.Many2many(
        "res.users",
        string="Responsibles",
        compute="_compute_counterparty_state",
        groups=GROUP_USER,
        help="Who looks after the roles of today.",
    )
    counterparty_last_contact = fields.Date(
        "Last Contact",
        compute="_compute_counterparty_contacts",
        search="_search_counterparty_last_contact",
        groups=GROUP_USER,
        help="The latest interaction or meeting with the counterparty or one of its contacts.",
    )
    counterparty_next_contact = fields.Date(
        "Next Contact",
        compute="_compute_counterparty_contacts",
        groups=GROUP_USER,
        help="The next meeting or planned activity, also of an opportunity, an order or another "
        "document. What was missed is for today where nothing else is planned.",
    )
    counterparty_last_order = fields.Date(
        "Last Order",
        compute="_compute_counterparty_last_order",
        search="_search_counterparty_last_order",
        groups=GROUP_USER,
        help="The latest confirmed sales order that you may see.",
    )

    @api.depends(
        "counterparty_role_ids.date_from",
        "counterparty_role_ids.date_to",
        "counterparty_role_ids.responsible_id",
        "commercial_partner_id.counterparty_role_ids.date_to",
    )
    @api.depends_context("counterparty_default_type")
    def _compute_counterparty_state(self):
        code = self.env.context.get("counterparty_default_type")
        catalogue = self.env["counterparty.type"]._get_catalogue()
        for partner in self:
            roles = partner._get_counterparty_roles()
            if code:
                roles = roles.filtered(lambda role: catalogue[role.type_id.id].code == code)
            states = roles.mapped("state")
            partner.counterparty_state = min(states, key=STATES.index) if states else False
            current = roles.filtered(lambda role: role.state in (ACTIVE, PROSPECT))
            partner.counterparty_responsible_ids = current.responsible_id.ids

    # ------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counterparty_contacts(self):
        entities = self.commercial_partner_id._origin
        last = self._read_last_contacts(entities)
        coming = self._read_next_contacts(entities)
        for partner in self:
            entity = partner.commercial_partner_id._origin.id
            partner.counterparty_last_contact = max(last.get(entity, []), default=False)
            partner.counterparty_next_contact = coming.get(entity, False)

    def _read_last_contacts(self, entities):
        """Return ``{entity id: [days]}`` of the latest interaction and the latest meeting held."""
        if not entities:
            return {}
        interactions = self.env["counterparty.interaction"]._read_group(
            [("commercial_partner_id", "in", entities.ids), ("kind", "not in", UNNOTICED_KINDS)],
            ["commercial_partner_id"],
            ["date:max"],
        )
        held = self.env.execute_query(
            SQL(
                """SELECT commercial_partner_id, MAX(date) FROM (%s) held
                    WHERE commercial_partner_id = ANY(%s) GROUP BY 1""",
                self._sql_meetings_held(),
                entities.ids,
            )
        )
        return self._as_days(
            [*interactions, *((entities.browse(entity), moment) for entity, moment in held)]
        )

    @api.model
    def _sql_meetings_held(self):
        """Select meetings of the last weeks, as the job counts them; it comes once an hour.

        Neither what is private nor who declined: the column says no more than interactions do.
        """
        interactions = self.env["counterparty.interaction"]
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model()
        now = fields.Datetime.now()
        held = interactions._sql_meetings(
            SQL("event.stop >= %s AND event.stop <= %s", now - timedelta(CORRECTION_DAYS), now)
        )
        return SQL(
            """SELECT commercial_partner_id, date FROM (%s) meeting
                WHERE company_id IS NULL OR company_id = ANY(%s)""",
            held,
            self.env.companies.ids,
        )

    def _read_next_contacts(self, entities):
        """Return ``{entity id: day}`` of the next meeting or the next planned activity.

        What was missed is for today where nothing else is planned.
        """
        today = fields.Date.context_today(self)
        meetings = self._read_meetings(entities, Domain("start", ">", "now"), "start:min")
        coming = self._as_days(meetings)
        nearest = {entity: min(days) for entity, days in coming.items()}
        for entity, day in self._read_planned(entities, today):
            known = nearest.get(entity)
            nearest[entity] = min(known or day, day) if day else known or today
        return nearest

    def _read_planned(self, entities, today):
        """Return ``[(entity id, day)]`` of the next activity of each, on whichever document.

        Those that the user may read, or does himself; without a day where all were missed.
        """
        if not entities:
            return []
        for name, partner in DOCUMENTS.items():
            self.env[name].flush_model([partner] if partner != "id" else [])
        self.env["mail.activity"].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT commercial_partner_id,
                          MIN(date_deadline) FILTER (WHERE date_deadline >= %(today)s)
                     FROM (%(plans)s) plan
                    WHERE commercial_partner_id = ANY(%(entities)s)
                      AND (date_deadline >= %(today)s OR is_contact)
                    GROUP BY 1""",
                today=today,
                plans=self.env["counterparty.interaction"]._sql_open_activities(
                    self._sql_readable_plans
                ),
                entities=entities.ids,
            )
        )

    def _sql_readable_plans(self, name):
        own = SQL("activity.user_id = %s", self.env.uid)
        Document = self.env[name].with_context(active_test=False)
        if not Document.has_access("read"):
            return own
        query = Document._search([])
        query.order = None
        # a look at one document for each plan, not a list of all that one may read
        query.add_where(SQL("%s = document.id", SQL.identifier(query.table, "id")))
        return SQL("(%s OR EXISTS %s)", own, query.subselect("1"))

    def _read_meetings(self, entities, domain, aggregate):
        """Return ``[(partner, moment)]`` of meetings with the entities or their contacts."""
        family = Domain("partner_ids", "in", self._search_family(entities))
        rows = self.env["calendar.event"]._read_group(domain & family, ["partner_ids"], [aggregate])
        # others who came along count for nobody here
        return [(person.sudo().commercial_partner_id, moment) for person, moment in rows]

    def _search_counterparty_last_contact(self, operator, value):
        """Find who was contacted since a day; not since it are also those who never were."""
        if operator == "in":
            return self._domain_on_days(value, self._domain_contacted)
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        moment = self._moment_of_day(value, after=operator in ("<=", ">"))
        contacted = self._domain_contacted(moment)
        return contacted if operator in (">", ">=") else ~contacted

    @api.model
    def _domain_contacted(self, moment):
        """Return the domain of partners with an interaction or a meeting held since a moment."""
        interactions = self.env["counterparty.interaction"]._search(
            [("date", ">=", moment), ("kind", "not in", UNNOTICED_KINDS)]
        )
        attended = SQL(
            "(SELECT commercial_partner_id FROM (%s) held WHERE date >= %s)",
            self._sql_meetings_held(),
            moment,
        )
        found = Domain(
            "commercial_partner_id", "in", interactions.subselect("commercial_partner_id")
        )
        return found | Domain("commercial_partner_id", "in", attended)

    @api.model
    def _domain_on_days(self, days, since):
        """Return the domain of partners whose last time was on one of some days.

        :param days: days, and False for never
        :param since: method that returns the domain of those who had one since a moment
        """
        return Domain.OR(
            since(self._moment_of_day(day)) & ~since(self._moment_of_day(day, after=True))
            if day
            else ~since(datetime.min)
            for day in days
        )

    @api.model
    def _moment_of_day(self, day, after=False):
        """Return the beginning, or the end, of a user's day in UTC."""
        day = clamp_day(fields.Date.to_date(day)) + timedelta(days=after)
        return midnight(day, str(self.env.tz))

    # ------------------------------------------------------------
    # Orders
    # ------------------------------------------------------------

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counterparty_last_order(self):
        entities = self.commercial_partner_id._origin
        rows = []
        if entities and self.env["sale.order"].has_access("read"):
            rows = self.env["sale.order"]._read_group(
                [("state", "=", "sale"), ("partner_id", "in", self._search_family(entities))],
                ["partner_id"],
                ["date_order:max"],
            )
        # a contact of the family may be one that the user does not see
        days = self._as_days(
            [(person.sudo().commercial_partner_id, moment) for person, moment in rows]
        )
        for partner in self:
            entity = partner.commercial_partner_id._origin.id
            partner.counterparty_last_order = max(days.get(entity, []), default=False)

    def _search_counterparty_last_order(self, operator, value):
        """Find who ordered since a day, or ordered before it and not since."""
        if operator == "in":
            return self._domain_on_days(value, self._domain_ordered_since)
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        moment = self._moment_of_day(value, after=operator in ("<=", ">"))
        since = self._domain_ordered_since(moment)
        if operator in (">", ">="):
            return since
        return self._domain_ordered(Domain("date_order", "<", moment)) & ~since

    @api.model
    def _domain_ordered_since(self, moment):
        return self._domain_ordered(Domain("date_order", ">=", moment))

    @api.model
    def _domain_ordered(self, domain):
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return Domain.FALSE
        orders = Order._search(Domain("state", "=", "sale") & domain)
        entities = SQL(
            """(SELECT buyer.commercial_partner_id FROM res_partner buyer
                 WHERE buyer.id IN %s)""",
            orders.subselect("partner_id"),
        )
        return Domain("commercial_partner_id", "in", entities)

    @api.model
    def _search_family(self, entities):
        # archived contacts count, as in the searches of these columns
        everybody = self.env["res.partner"].with_context(active_test=False)
        return everybody._search([("commercial_partner_id", "in", entities.ids)])

    @api.model
    def _as_days(self, rows):
        days = {}
        for entity, moment in rows:
            if isinstance(moment, datetime):
                moment = fields.Datetime.context_timestamp(self, moment).date()
            if moment:
                days.setdefault(entity.id, []).append(moment)
        return days
