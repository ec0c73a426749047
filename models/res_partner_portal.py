from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools import authorization as scopes
from ..tools.authorization import ALL
from ..tools.periods import covers
from .counterparty_authorization import SCOPE_FIELDS
from .res_users_portal import domain_of_days

GROUP_USER = "counterparty_crm.group_user"
# context: the address of a contact is not handed on to its company
OWN_ADDRESS = "counterparty_own_address"


class CounterpartyPortalPartnerMixin(models.AbstractModel):
    """A partner that somebody represents in the portal."""

    _name = "counterparty.portal.partner.mixin"
    _description = "Partner in the Portal"

    counterparty_authorization_ids = fields.One2many(
        "counterparty.authorization",
        "partner_id",
        "Portal Authorizations",
        groups=GROUP_USER,
        help="Who may see and do what for this counterparty in the portal.",
    )

    # ------------------------------------------------------------
    # Whom a login represents
    # ------------------------------------------------------------

    @api.model
    def _get_counterparty_portal_companies(self, scope, company=None):
        """Return the counterparties for which the current user may see or do something.

        Pages that read past record rules ask here, and nowhere else.

        :param scope: one of ``tools.authorization.SCOPES``
        :param company: one of our companies, the current one when left out
        :return: commercial partners, the own one first, sudoed: a head's delegate may not read
            the record of a member
        """
        user = self.env.user
        # names of those represented are shown to whoever represents them
        nobody = self.sudo().browse()
        if scope not in SCOPE_FIELDS:
            raise ValueError(f"unknown scope {scope}")
        if user._is_public() or not user.partner_id:
            return nobody
        company = company or self.env.company
        own = user.partner_id.commercial_partner_id.with_env(nobody.env)
        rows = self._get_counterparty_portal_rows(scope, company)
        granted = rows.partner_id.filtered("active").sorted("name").with_env(nobody.env)
        if self._is_counterparty_portal_own(scope, company):
            return own | granted
        return (granted & own) | granted

    @api.model
    def _is_counterparty_portal_own(self, scope, company):
        """Tell whether the current user sees its own company without an authorization."""
        user = self.env.user
        if user.partner_id == user.partner_id.commercial_partner_id or not user.share:
            return True
        if scope in (scopes.MANAGE, scopes.REQUESTS):
            # the host shows contacts no requests of others, and nobody gave them the management
            return False
        return company not in self.env["res.company"]._get_portal_by_authorization()

    @api.model
    def _get_counterparty_portal_rows(self, scope, company):
        """Return the authorizations in force of the current user for a scope, sudoed."""
        rows = self.env.user._get_counterparty_authorizations()
        name = SCOPE_FIELDS[scope]
        value = ALL if scope == scopes.REQUESTS else True
        return rows.filtered(
            lambda row: row.state == "current" and row[name] == value and row._is_for(company)
        )

    def _is_counterparty_address_open(self, visitor):
        """Tell whether the current user may add or change an address of its company.

        :param visitor: as whom it signed in, or checks out
        """
        self.ensure_one()
        by_authorization = self.env["res.company"]._get_portal_by_authorization()
        if self == visitor or self.env.company not in by_authorization:
            return True
        managed = self._get_counterparty_portal_companies(scopes.MANAGE)
        return not self.env.user._is_portal() or self.commercial_partner_id.id in managed.ids

    def _get_counterparty_portal_periods(self, scope, company=None):
        """Return the days whose papers the current user may see of a counterparty.

        :param scope: one of ``tools.authorization.SCOPES``
        :param company: one of our companies, the current one when left out
        :return: periods in their order, none when nothing may be seen
        """
        self.ensure_one()
        return self._get_counterparty_portal_days(scope, company).get(self.id, [])

    @api.model
    def _get_counterparty_portal_days(self, scope, company=None):
        """Return the days whose papers the current user may see of each counterparty.

        :param scope: one of ``tools.authorization.SCOPES``
        :param company: one of our companies, the current one when left out
        :return: ``{partner id: periods in their order}`` of all of whom something may be seen
        """
        company = company or self.env.company
        own = self.env.user.partner_id.commercial_partner_id
        is_own = self._is_counterparty_portal_own(scope, company)
        partners = self._get_counterparty_portal_companies(scope, company)
        if is_own and partners.ids == own.ids:
            return {own.id: [scopes.ALWAYS]}
        rows = self._get_counterparty_portal_rows(scope, company)
        periods = rows._get_periods_by_row()
        of_partner = {}
        for row in rows:
            of_partner.setdefault(row.partner_id.id, []).extend(periods[row.id])
        return {
            partner.id: [scopes.ALWAYS]
            if partner.id == own.id and is_own
            else scopes.united(of_partner[partner.id])
            for partner in partners
        }

    @api.model
    def _domain_counterparty_portal(self, scope, partner, day, company):
        """Return the domain of papers that the current user may see for a scope.

        For models that portal users have no rights on and whose pages read as system.

        :param partner: path to the commercial partner
        :param day: field that is compared with the days of a membership; None for what has no
            day and is shown while the company belongs to the group
        :param company: our company; its field is the page's own condition
        """
        today = company._get_portal_day()
        alike = {}
        for entity, periods in self._get_counterparty_portal_days(scope, company).items():
            if not day:
                periods = [scopes.ALWAYS] if any(covers(one, today) for one in periods) else []
            alike.setdefault(tuple(periods), []).append(entity)
        return Domain.OR(
            Domain(partner, "in", entities) & domain_of_days(day, periods)
            for periods, entities in alike.items()
        )

    def action_preview_counterparty_portal(self):
        """Open the portal as this contact sees it; nothing can be changed there."""
        self.ensure_one()
        return self.env["counterparty.preview"]._get_action(self)

    # ------------------------------------------------------------
    # Own data
    # ------------------------------------------------------------

    @api.model
    def _get_counterparty_own_data(self):
        """Return what is known of the current user as a person, for it to take along."""
        user = self.env.user
        # the visitor's own record, and what it has said and asked itself
        person = self.sudo().browse(user.partner_id.id)
        names = ("name", "email", "phone", "function", "street", "street2", "zip", "city", "lang")
        consents = self.env["counterparty.consent"]
        email = email_normalize(person.email)
        said = consents._search_said(email)
        requests = person.env["counterparty.request"].search(
            [("partner_id", "=", person.id), ("confidentiality", "=", "partner")]
        )
        return {
            "person": {name: person[name] or "" for name in names},
            "company": person.commercial_partner_id.name,
            "country": person.country_id.name or "",
            "login": user.login,
            "topics": consents._get_known(email).mapped("name"),
            "consents": [
                {
                    "when": fields.Datetime.to_string(row.create_date),
                    "consent": row.kind,
                    "channel": row.channel,
                    "topics": row.list_ids.mapped("name"),
                    "text": row.text,
                }
                for row in said
            ],
            "requests": [
                {
                    "number": request.number,
                    "subject": request.name,
                    "opened": fields.Datetime.to_string(request.opened_at),
                    "state": request.state,
                }
                for request in requests
            ],
            "authorizations": [
                {
                    "company": row.partner_id.name,
                    "from": fields.Date.to_string(row.date_from),
                    "to": fields.Date.to_string(row.date_to) or "",
                    "may": row.scope_text,
                }
                for row in user._get_counterparty_authorizations()
            ],
        }

    # ------------------------------------------------------------
    # Rules follow the partner
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if {"parent_id", "is_company", "active"} & vals.keys() and self._has_portal_login():
            # rules of the host and of ours name the company of a login: they are cached
            self.env.registry.clear_cache()
        return result

    def _has_portal_login(self):
        """Tell whether somebody of these partners or below them signs in to the portal."""
        # logins are not everybody's to read
        users = self.env["res.users"].sudo()
        domain = [("share", "=", True), ("partner_id", "child_of", self.ids)]
        return bool(users.search_count(domain, limit=1))
