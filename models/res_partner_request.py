import re
from collections import defaultdict
from operator import ge, gt, le, lt

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import request_states as states

GROUP_USER = "counterparty_crm.group_user"
# set by screens that look for whoever calls: by phone, card or number of a request too
FIND = "counterparty_find"
# shorter ones are found everywhere
PHONE_DIGITS = 5
COMPARISONS = {
    "in": lambda count, numbers: count in numbers,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


class CounterpartyRequestPartnerMixin(models.AbstractModel):
    """A partner that asks for something."""

    _name = "counterparty.request.partner.mixin"
    _description = "Partner with requests"

    counterparty_request_count = fields.Integer(
        "Requests", compute="_compute_counterparty_requests", groups=GROUP_USER
    )
    counterparty_request_open = fields.Integer(
        "Open Requests",
        compute="_compute_counterparty_requests",
        search="_search_counterparty_request_open",
        groups=GROUP_USER,
    )

    counterparty_request_late = fields.Integer(
        "Late Requests", compute="_compute_counterparty_requests", groups=GROUP_USER
    )

    @api.depends_context("allowed_company_ids")
    def _compute_counterparty_requests(self):
        entities = self.commercial_partner_id
        counts = defaultdict(lambda: [0, 0, 0])
        # one query for all: a form asks for three numbers
        for entity, state, status, count in self.env["counterparty.request"]._read_group(
            [("commercial_partner_id", "in", entities.ids)],
            ["commercial_partner_id", "state", "sla_status"],
            ["__count"],
        ):
            live = state in states.LIVE
            found = counts[entity.id]
            found[0] += count
            found[1] += count * live
            found[2] += count * (live and status == "breached")
        for partner in self:
            found = counts[partner.commercial_partner_id._origin.id]
            partner.counterparty_request_count = found[0]
            partner.counterparty_request_open = found[1]
            partner.counterparty_request_late = found[2]

    def _search_counterparty_request_open(self, operator, value):
        """Find who has so many requests that go on, or none."""
        compare = COMPARISONS.get(operator)
        if not compare:
            return NotImplemented
        if operator == "in":
            value = [int(number) for number in value]
        live = [("state", "in", states.LIVE), ("commercial_partner_id", "!=", False)]
        requests = self.env["counterparty.request"]
        if (operator, value) == (">", 0):
            # the quick filter, in the database alone
            found = requests._search(live).subselect("commercial_partner_id")
            return Domain("commercial_partner_id", "in", found)
        rows = requests._read_group(live, ["commercial_partner_id"], ["__count"])
        # who has none stands in no row: these are found as the rest of those who have other numbers
        finds_none = compare(0, value)
        chosen = [partner.id for partner, count in rows if compare(count, value) is not finds_none]
        return Domain("commercial_partner_id", "not in" if finds_none else "in", chosen)

    def action_open_counterparty_requests(self):
        """Open the requests of the counterparty, those that go on first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_request_action"
        )
        return dict(
            action,
            domain=[("commercial_partner_id", "=", self.commercial_partner_id.id)],
            context={"default_partner_id": self.id, "search_default_live": 1},
        )

    # ------------------------------------------------------------
    # Who calls?
    # ------------------------------------------------------------

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if self.env.context.get(FIND) and operator == "ilike" and isinstance(value, str):
            return Domain(domain) | self._domain_caller(value.strip())
        return domain

    @api.model
    def _domain_caller(self, text):
        """Return the domain of partners known by a phone, a card or the number of a request."""
        domain = Domain("counterparty_card_number", "=", text)
        requests = self.env["counterparty.request"].search([("number", "=ilike", text)], limit=5)
        domain |= Domain("id", "in", requests.partner_id.ids)
        # "088 123" is "+359 88 123" to whoever reads it from a display
        digits = re.sub(r"\D", "", text).lstrip("0")
        if len(digits) >= PHONE_DIGITS and not re.search(r"[^\d\s()+./-]", text):
            domain |= Domain("phone_mobile_search", "ilike", digits)
        return domain
