import pytz

from odoo import Command, api, fields, models
from odoo.tools import ormcache

# pages that a company switches on one by one
PAGES = (
    "deliveries",
    "supplier",
    "offers",
    "prices",
    "documents",
    "expenses",
    "topics",
    "changes",
    "manage",
)
SWITCH = "counterparty_portal_"
PORTAL_LINK = "counterparty_crm.group_portal_link"


class CounterpartyPortalCompanyMixin(models.AbstractModel):
    """What a company shows in the portal, and to whom."""

    _name = "counterparty.portal.company.mixin"
    _description = "Company with a Portal"

    # without groups: rules of portal users go by it
    counterparty_portal_visibility = fields.Selection(
        [("company", "Whole company"), ("authorization", "By authorization")],
        "Portal Visibility",
        default="company",
        required=True,
        help="Whole company: every contact with a login sees all of its company, as the host "
        "shows it. By authorization: a contact sees what is its own and what it is authorized for.",
    )
    # without groups: every visitor sees which pages there are
    counterparty_portal_deliveries = fields.Boolean("Deliveries in the Portal")
    counterparty_portal_supplier = fields.Boolean("Supplier Pages")
    counterparty_portal_offers = fields.Boolean("Ask for an Offer")
    counterparty_portal_prices = fields.Boolean("My Prices")
    counterparty_portal_documents = fields.Boolean("Documents in the Portal")
    counterparty_portal_expenses = fields.Boolean("Expense Claims in the Portal")
    counterparty_portal_topics = fields.Boolean("Topics of Interest")
    counterparty_portal_changes = fields.Boolean("Changes by Approval")
    counterparty_portal_manage = fields.Boolean("Partners Authorize Their People")

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # which day it is at each of them is kept
        self.env.registry.clear_cache()
        if any("counterparty_portal_visibility" in vals for vals in vals_list):
            self._open_portal_links()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"counterparty_portal_visibility", "active", "resource_calendar_id"}:
            # rules of portal users are kept per user, who goes by authorizations and zones for all
            self.env.registry.clear_cache()
            self._open_portal_links()
        return result

    @api.model
    def _open_portal_links(self):
        """Let visitors read the links of what they see, unless a company goes by authorizations.

        A link would outlast the authorization.
        """
        is_closed = bool(self._get_portal_by_authorization())
        # visitors have groups of the host, which are not for whoever sets up the portal
        links = self.env.ref(PORTAL_LINK).sudo()
        groups = self.env.ref("base.group_portal").sudo() | self.env.ref("base.group_public").sudo()
        groups = groups.filtered(lambda group: (links in group.implied_ids) == is_closed)
        visitors = groups.with_context(active_test=False).all_user_ids
        shares = (
            ([self.env["res.users"]._fields["share"]], visitors),
            ([self.env["res.partner"]._fields["partner_share"]], visitors.partner_id),
        )
        # visitors stay visitors: the host would write the same again, as of today
        with self.env.protecting(shares):
            command = Command.unlink(links.id) if is_closed else Command.link(links.id)
            groups.write({"implied_ids": [command]})

    @api.model
    def _get_portal_by_authorization(self):
        """Return our companies in which a contact sees what it is authorized for, sudoed."""
        # which of our companies do so decides what any visitor sees
        return self.env["res.company"].sudo().browse(self._get_ids_by_authorization())

    @api.model
    @ormcache()
    def _get_ids_by_authorization(self):
        """Return the ids of these companies: asked for every line of the host's lists."""
        # a branch keeps the books of its company: what is closed there is not opened by it
        companies = self.env["res.company"].sudo()
        closed = companies.search([("counterparty_portal_visibility", "=", "authorization")])
        return companies.search([("id", "child_of", closed.root_id.ids)]).ids

    # ------------------------------------------------------------
    # The day
    # ------------------------------------------------------------

    def _get_portal_day(self):
        """Return what day it is at the company: by it authorizations begin and end.

        Not by the visitor's zone: whoever says that it lives far in the west would stay longer.
        """
        self.ensure_one()
        return self._get_portal_days()[self.id]

    @api.model
    def _get_portal_days(self):
        """Return what day it is at each of our companies: ``{company id: day}``."""
        now = pytz.utc.localize(fields.Datetime.now())
        return {
            company: now.astimezone(pytz.timezone(zone)).date()
            for company, zone in self._get_portal_zones()
        }

    @api.model
    @ormcache()
    def _get_portal_zones(self):
        """Return the zone in which each of our companies works: ``[(company id, zone)]``."""
        # where a company of ours works is no secret; archived ones have papers, too
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        companies = companies.search([("id", ">", 0)])
        zones = [(company.id, company.resource_calendar_id.tz) for company in companies]
        return [
            (company, zone if zone in pytz.all_timezones_set else "UTC") for company, zone in zones
        ]

    # ------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------

    def _has_portal_page(self, page):
        """Tell whether the company shows a page of the portal.

        :param page: one of ``PAGES``
        """
        self.ensure_one()
        # every visitor sees which pages there are
        return bool(self.sudo()[f"{SWITCH}{page}"])
