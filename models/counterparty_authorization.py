from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..tools.authorization import (
    ALL,
    ALWAYS,
    OWN,
    SCOPES,
    Link,
    group_periods,
    links_by_member,
)
from ..tools.periods import Period

# a scope of documents is a box to tick; requests know "own" and "all"
SCOPE_FIELDS = {
    scope: "request_scope" if scope == "requests" else f"scope_{scope}" for scope in SCOPES
}


class CounterpartyAuthorization(models.Model):
    """A person may see and do something for a company in the portal, from one day to another.

    Whether it is in force follows from its dates on the day of the question, so that an ended one
    is gone at once. With a head it opens no more than the days on which the company belonged to
    the head's group.
    """

    _name = "counterparty.authorization"
    _inherit = [
        "counterparty.authorization.portal.mixin",
        "counterparty.cached.mixin",
        "counterparty.authorization.link.mixin",
        "mail.thread",
    ]
    _description = "Portal Authorization"
    _order = "partner_id, representative_id, date_from desc, id desc"
    _rec_names_search = ["representative_id", "partner_id"]
    _check_company_auto = True

    # who for whom
    representative_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
        help="The person who signs in to the portal.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Company",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
        help="The counterparty whose papers are shown.",
    )
    head_id = fields.Many2one(
        "res.partner",
        "On Behalf of the Group of",
        index="btree_not_null",
        ondelete="cascade",
        tracking=True,
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
        help="The head of a group that the company belongs to or belonged to. Only papers from "
        "the days of its membership are shown.",
    )
    company_id = fields.Many2one(
        "res.company",
        "Our Company",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: for all our companies.",
    )

    # what
    scope_statement = fields.Boolean("Balance and Statement", tracking=True)
    scope_invoices = fields.Boolean("Invoices", tracking=True)
    scope_pay = fields.Boolean(
        "Pay", tracking=True, help="Pays open invoices, and sees them for it."
    )
    scope_orders = fields.Boolean(
        "Orders", tracking=True, help="Sees quotations and orders, accepts and declines quotations."
    )
    scope_deliveries = fields.Boolean("Deliveries", tracking=True)
    request_scope = fields.Selection(
        [("none", "None"), (OWN, "Own"), (ALL, "All of the Company")],
        "Requests",
        required=True,
        default=OWN,
        tracking=True,
    )
    scope_supplier = fields.Boolean(
        "Supplier Side",
        tracking=True,
        help="Requests for quotation, purchase orders, receipts, bills and payments.",
    )
    scope_documents = fields.Boolean("Documents", tracking=True)
    scope_manage = fields.Boolean(
        "Manage Authorizations",
        tracking=True,
        help="Gives and ends authorizations of other persons of the company.",
    )
    scope_text = fields.Char("May", compute="_compute_scope_text")

    # when and why
    date_from = fields.Date(
        "Since",
        required=True,
        default=lambda self: self.env.company._get_portal_day(),
        tracking=True,
        help="First day.",
    )
    date_to = fields.Date("Until", tracking=True, help="Last day. Empty: until somebody ends it.")
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("future", "Not Yet"), ("current", "In Force"), ("ended", "Ended")],
        compute="_compute_state",
        search="_search_state",
    )
    granted_by_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    evidence = fields.Char(
        tracking=True, help="Where it is written: a power of attorney, a letter, a mail."
    )
    evidence_document_id = fields.Many2one(
        "counterparty.document",
        "Document on File",
        domain="[('is_personal', '=', False), ('commercial_partner_id', '=', partner_id)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False, index="btree_not_null")
    ended_on = fields.Datetime(readonly=True, copy=False)

    _period_valid = models.Constraint(
        "CHECK (date_to >= date_from)",
        "The last day of an authorization cannot be before its first.",
    )

    # ------------------------------------------------------------
    # Compute and search
    # ------------------------------------------------------------

    @api.depends("representative_id", "partner_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(person)s for %(company)s",
                person=row.representative_id.name or "",
                company=row.partner_id.name or "",
            )

    @api.depends(*SCOPE_FIELDS.values())
    @api.depends_context("lang")
    def _compute_scope_text(self):
        requests = dict(self._fields["request_scope"]._description_selection(self.env))
        for row in self:
            texts = []
            for name in SCOPE_FIELDS.values():
                label = self._fields[name]._description_string(self.env)
                if name == "request_scope":
                    if row[name] and row[name] != "none":
                        texts.append(f"{label} ({requests[row[name]]})")
                elif row[name]:
                    texts.append(label)
            row.scope_text = ", ".join(texts)

    @api.depends("date_from", "date_to", "active", "company_id")
    @api.depends_context("company")
    def _compute_state(self):
        for row in self:
            today = row._get_today()
            if not row.active or (row.date_to and row.date_to < today):
                row.state = "ended"
            elif row.date_from and row.date_from > today:
                row.state = "future"
            else:
                row.state = "current"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = future = Domain.FALSE
        active = Domain("active", "=", True)
        for today, companies in self._get_companies_by_day().items():
            here = active & Domain("company_id", "in", companies)
            begun = Domain("date_from", "<=", today)
            lasts = Domain("date_to", "=", False) | Domain("date_to", ">=", today)
            current |= here & begun & lasts
            future |= here & ~begun
        domains = {"current": current, "future": future, "ended": ~current & ~future}
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.model
    def _domain_in_force(self):
        """Return the domain of authorizations of today, as it stays true tomorrow.

        Rules are cached: which day it is, is asked at each search.
        """
        return [("state", "=", "current")]

    # ------------------------------------------------------------
    # The day
    # ------------------------------------------------------------

    def _get_today(self):
        """Return what day it is for an authorization: at our company, whoever asks from where.

        One for all our companies goes by the one that the papers asked for are of.
        """
        self.ensure_one()
        return (self.company_id or self.env.company)._get_portal_day()

    def _is_for(self, company):
        """Tell whether an authorization counts at one of our companies: with its branches."""
        self.ensure_one()
        # which of our companies are branches of which is no secret
        return not self.company_id or self.company_id.id in company.sudo().parent_ids.ids

    @api.model
    def _get_companies_by_day(self):
        """Return for which companies of authorizations it is which day: ``{day: [id or False]}``.

        For authorizations as :meth:`_get_today` has it.
        """
        result = {}
        for company, today in self.env["res.company"]._get_portal_days().items():
            result.setdefault(today, []).append(company)
        result[self.env.company._get_portal_day()].append(False)
        return result

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.onchange("partner_id", "head_id")
    def _onchange_contact(self):
        # a contact is refused on saving; here its company is offered at once
        for name in ("partner_id", "head_id"):
            partner = self[name]
            if partner and partner != partner.commercial_partner_id:
                self[name] = partner.commercial_partner_id

    @api.constrains("partner_id", "head_id", "representative_id")
    def _check_partners(self):
        own = self.env["counterparty.membership"]._get_own_partners()
        for row in self:
            for partner in row.partner_id | row.head_id:
                if partner != partner.commercial_partner_id:
                    raise ValidationError(
                        self.env._(
                            "%(contact)s is a contact of %(company)s. Authorize for %(company)s.",
                            contact=partner.name or partner.display_name,
                            company=partner.commercial_partner_id.name,
                        )
                    )
            if row.partner_id in own:
                raise ValidationError(
                    self.env._(
                        "%(company)s is one of our own companies: nobody represents it in the "
                        "portal.",
                        company=row.partner_id.name,
                    )
                )
            if row.head_id and row.head_id == row.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(company)s is not in a group of its own. Leave the head empty.",
                        company=row.partner_id.name,
                    )
                )

    @api.constrains("partner_id", "head_id")
    def _check_membership(self):
        for row in self.filtered("head_id"):
            if row.head_id != row.partner_id and not row._get_periods():
                raise ValidationError(
                    self.env._(
                        "%(member)s never belonged to the group of %(head)s. Enter the "
                        "membership first, or leave the head empty.",
                        member=row.partner_id.name,
                        head=row.head_id.name,
                    )
                )

    @api.constrains("representative_id")
    def _check_representative(self):
        # the login of somebody else is asked for, not shown
        for row in self.sudo():
            users = row.representative_id.with_context(active_test=False).user_ids
            if any(not user.share for user in users):
                raise ValidationError(
                    self.env._(
                        "%(person)s works for us and needs no portal authorization.",
                        person=row.representative_id.name,
                    )
                )

    @api.constrains(*SCOPE_FIELDS.values())
    def _check_scopes(self):
        for row in self:
            if not any(row[name] and row[name] != "none" for name in SCOPE_FIELDS.values()):
                raise ValidationError(
                    self.env._(
                        "%(authorization)s opens nothing. Tick at least one scope.",
                        authorization=row.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Life
    # ------------------------------------------------------------

    def action_end(self):
        """Open the dialog that ends authorizations at once."""
        self._check_may_grant()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("End authorizations"),
            "res_model": "counterparty.authorization.end",
            "view_mode": "form",
            "target": "new",
            "context": {"default_authorization_ids": self.ids},
        }

    def action_preview(self):
        """Open the portal as the representative sees it."""
        self.ensure_one()
        return self.representative_id.action_preview_counterparty_portal()

    def _end(self):
        """End at once: whoever has the page open sees nothing on the next click."""
        open_rows = self.filtered(lambda row: row.state != "ended")
        open_rows.write(
            {"active": False, "ended_by_id": self.env.uid, "ended_on": fields.Datetime.now()}
        )
        for row in open_rows:
            today = row._get_today()
            if not row.date_to or row.date_to > today:
                row.date_to = max(row.date_from, today)
        open_rows._drop_followers()

    def _check_may_grant(self):
        """Refuse staff who may not change counterparties.

        :raises AccessError: names the right that is missing
        """
        if not self.env.su and not self.env.user.has_group("counterparty_crm.group_officer"):
            raise AccessError(self.env._("Only officers give and end portal authorizations."))

    # ------------------------------------------------------------
    # Group of a head
    # ------------------------------------------------------------

    def _get_periods(self):
        """Return the days whose papers are shown, as periods; without a head all days."""
        self.ensure_one()
        return self._get_periods_by_row()[self.id]

    def _get_periods_by_row(self):
        """Return the days whose papers are shown: ``{id: periods}``.

        The ways up of all members are walked together: the number of queries is that of levels.
        """
        owners = links_by_member(self._get_links(self.filtered("head_id").partner_id))
        return {
            row.id: group_periods(owners, row.head_id.id, row.partner_id.id)
            if row.head_id
            else [ALWAYS]
            for row in self
        }

    @api.model
    def _get_links(self, members):
        """Return all memberships on the ways up from members, past ones too."""
        # the way to a head may lead through companies that the user does not see
        memberships = self.env["counterparty.membership"].sudo()
        found = memberships.browse()
        seen = frontier = members
        while frontier:
            rows = memberships.search(
                [("member_id", "in", frontier.ids), ("kind_id.counts_group", "=", True)]
            )
            found |= rows
            frontier = rows.owner_id - seen
            seen |= frontier
        return [
            Link(
                row.owner_id.id,
                row.member_id.id,
                Period(row.date_from or None, row.date_to or None),
            )
            for row in found
        ]
