from odoo import api, models
from odoo.exceptions import UserError

from ..tools import authorization as scopes
from ..tools.periods import Period

# what a partner gives its people; requests of others only together with the rest
WHOLE = [Period(None, None)]
GRANTABLE = tuple(scope for scope in scopes.SCOPES if scope != scopes.REQUESTS)


class CounterpartyAuthorizationPortal(models.AbstractModel):
    """Authorizations that a partner gives to its own people in the portal."""

    _name = "counterparty.authorization.portal.mixin"
    _description = "Portal Authorizations by the Partner"

    @api.model
    def _get_grantable_scopes(self, company):
        """Return what the current user may hand on for a company: all it has itself.

        :param company: commercial partner that the user manages
        """
        partners = self.env["res.partner"]
        return tuple(
            scope
            for scope in scopes.SCOPES
            if company.id in partners._get_counterparty_portal_companies(scope).ids
            and company._get_counterparty_portal_periods(scope) == WHOLE
        )

    @api.model
    def _get_people(self, company):
        """Return contacts of a company that may be authorized, sudoed: no employee of ours."""
        contacts = company.sudo().child_ids.filtered(
            lambda contact: contact.type == "contact" and not contact.is_company
        )
        return contacts.filtered(
            lambda contact: not any(user._is_internal() for user in contact.user_ids)
        )

    @api.model
    def _grant_by_partner(self, company, person, wanted, date_to=None):
        """Authorize a contact of the company for the current user of the portal.

        :param company: commercial partner that the user manages
        :param wanted: scopes
        :param date_to: last day, or None
        :return: the authorization, sudoed
        :raises UserError: says what is wrong
        """
        user = self.env.user
        given = set(wanted) & set(self._get_grantable_scopes(company))
        if person not in self._get_people(company) or not given:
            raise UserError(self.env._("Choose a person of the company and what it may do."))
        if person.id == user.partner_id.id:
            raise UserError(self.env._("Nobody changes what he or she may do."))
        vals = {f"scope_{scope}": True for scope in given if scope in GRANTABLE}
        vals["request_scope"] = "all" if scopes.REQUESTS in given else "own"
        # the page has checked that the visitor manages the company; it writes nothing else
        return self.sudo().create(
            {
                **vals,
                "representative_id": person.id,
                "partner_id": company.id,
                "company_id": self.env.company.id,
                "date_to": date_to or False,
                "granted_by_id": user.id,
                "evidence": self.env._("Given in the portal by %(person)s", person=user.name),
            }
        )

    def _end_by_partner(self, company):
        """End an authorization for the current user of the portal.

        :param company: commercial partner that the user manages
        :raises UserError: for the last one that manages
        """
        self.ensure_one()
        if self.partner_id.id != company.id:
            raise UserError(self.env._("This authorization is not of your company."))
        others = self.search(
            [
                ("partner_id", "=", company.id),
                ("head_id", "=", False),
                ("scope_manage", "=", True),
                ("state", "=", "current"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        users = company.sudo().user_ids
        if self.scope_manage and not others and not any(user.share for user in users):
            raise UserError(
                self.env._("Nobody would manage authorizations any more. Authorize another first.")
            )
        self._end()
        self._renew_links()
