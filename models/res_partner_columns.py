from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.roles import ACTIVE, FORMER, FUTURE, PROSPECT

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
        groups=GROUP_USER,
        help="The latest interaction or meeting with the counterparty or one of its contacts.",
    )
    counterparty_next_contact = fields.Date(
        "Next Contact",
        compute="_compute_counterparty_contacts",
        groups=GROUP_USER,
        help="The next meeting or planned activity.",
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
            partner.counterparty_next_contact = min(coming.get(entity, []), default=False)

    def _read_last_contacts(self, entities):
        """Return ``{entity id: [days]}`` of the latest interaction and the latest meeting held."""
        interactions = self.env["counterparty.interaction"]._read_group(
            [("commercial_partner_id", "in", entities.ids)],
            ["commercial_partner_id"],
            ["date:max"],
        )
        held = self._read_meetings(entities, Domain("stop", "<=", "now"), "stop:max")
        return self._as_days([*interactions, *held])

    def _read_next_contacts(self, entities):
        """Return ``{entity id: [days]}`` of the next meeting and the next planned activity."""
        planned = self.env["mail.activity"]._read_group(
            [("res_model", "=", "res.partner"), ("res_id", "in", self._search_family(entities))],
            ["res_id"],
            ["date_deadline:min"],
        )
        people = self.browse([res_id for res_id, _day in planned])
        activities = [
            (person.commercial_partner_id, day)
            for person, (_id, day) in zip(people, planned, strict=True)
        ]
        coming = self._read_meetings(entities, Domain("start", ">", "now"), "start:min")
        return self._as_days([*activities, *coming])

    def _read_meetings(self, entities, domain, aggregate):
        """Return ``[(partner, moment)]`` of meetings with the entities or their contacts."""
        family = Domain("partner_ids", "in", self._search_family(entities))
        rows = self.env["calendar.event"]._read_group(domain & family, ["partner_ids"], [aggregate])
        # others who came along count for nobody here
        return [(person.sudo().commercial_partner_id, moment) for person, moment in rows]

    @api.model
    def _search_family(self, entities):
        return self.env["res.partner"]._search([("commercial_partner_id", "in", entities.ids)])

    @api.model
    def _as_days(self, rows):
        days = {}
        for entity, moment in rows:
            if isinstance(moment, datetime):
                moment = fields.Datetime.context_timestamp(self, moment).date()
            if moment:
                days.setdefault(entity.id, []).append(moment)
        return days
