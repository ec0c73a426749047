from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..tools import authorization as scopes
from ..tools.authorization import ALL
from .counterparty_authorization import SCOPE_FIELDS

OUTGOING = ("out_invoice", "out_refund", "out_receipt")
INCOMING = ("in_invoice", "in_refund", "in_receipt")


class RuledModel(NamedTuple):
    """How papers of a model lead to their counterparty.

    :param entity: path to the commercial partner
    :param partners: paths to those whom a paper is addressed to
    :param day: the field that is compared with the days of a membership
    :param company: path to our company
    :param parts: the scopes that open a part of the papers, and the domain of the part
    """

    entity: str
    partners: tuple[str, ...]
    day: str
    company: str
    parts: tuple[tuple[tuple[str, ...], Domain], ...]


def _invoice_parts(prefix, state):
    posted = Domain(state, "not in", ("draft", "cancel"))
    kind = f"{prefix}move_type"
    return (
        ((scopes.INVOICES, scopes.PAY), posted & Domain(kind, "in", OUTGOING)),
        ((scopes.SUPPLIER,), posted & Domain(kind, "in", INCOMING)),
    )


SALES = Domain("state", "in", ("sent", "sale"))
PURCHASES = Domain("state", "in", ("sent", "purchase"))
MOVING = Domain("state", "not in", ("draft", "cancel"))
# the models that portal users read by rules of the host
RULED = {
    "account.move": RuledModel(
        "commercial_partner_id", ("partner_id",), "date", "company_id", _invoice_parts("", "state")
    ),
    "account.move.line": RuledModel(
        "move_id.commercial_partner_id",
        ("move_id.partner_id",),
        "date",
        "company_id",
        _invoice_parts("move_id.", "parent_state"),
    ),
    "sale.order": RuledModel(
        "partner_id.commercial_partner_id",
        ("partner_id",),
        "date_order",
        "company_id",
        (((scopes.ORDERS,), SALES),),
    ),
    "sale.order.line": RuledModel(
        "order_id.partner_id.commercial_partner_id",
        ("order_id.partner_id",),
        "order_id.date_order",
        "company_id",
        (((scopes.ORDERS,), SALES),),
    ),
    "purchase.order": RuledModel(
        "partner_id.commercial_partner_id",
        ("partner_id",),
        "date_order",
        "company_id",
        (((scopes.SUPPLIER,), PURCHASES),),
    ),
    "purchase.order.line": RuledModel(
        "order_id.partner_id.commercial_partner_id",
        ("order_id.partner_id",),
        "order_id.date_order",
        "company_id",
        (((scopes.SUPPLIER,), Domain("order_id.state", "in", ("sent", "purchase"))),),
    ),
    "stock.picking": RuledModel(
        "partner_id.commercial_partner_id",
        ("partner_id", "sale_id.partner_id"),
        "scheduled_date",
        "company_id",
        (
            (
                (scopes.DELIVERIES,),
                MOVING
                & (Domain("picking_type_code", "=", "outgoing") | Domain("sale_id", "!=", False)),
            ),
            (
                (scopes.SUPPLIER,),
                MOVING
                & Domain("picking_type_code", "=", "incoming")
                & Domain("sale_id", "=", False),
            ),
        ),
    ),
    "counterparty.request": RuledModel(
        "commercial_partner_id",
        ("partner_id",),
        "opened_at",
        "company_id",
        (((scopes.REQUESTS,), Domain("confidentiality", "=", "partner")),),
    ),
}

# what is in papers of customers and concerns us alone: the host shows portal users what goods cost
OURS_ALONE = {"account.move.line": Domain("display_type", "!=", "cogs")}


def domain_of_days(day, periods):
    """Return the domain of records of some days.

    :param day: name of a date or a moment
    :param periods: ``tools.periods.Period`` s; none for no day at all
    """
    return Domain.OR(
        (Domain(day, ">=", str(period.start)) if period.start else Domain.TRUE)
        & (
            Domain(day, "<", str(fields.Date.add(period.end, days=1)))
            if period.end
            else Domain.TRUE
        )
        for period in periods
    )


class CounterpartyPortalUserMixin(models.AbstractModel):
    """What a login sees in the portal: by its company, or by authorizations."""

    _name = "counterparty.portal.user.mixin"
    _description = "User of the Portal"

    # ------------------------------------------------------------
    # Record rules: called by them on the user, cached per user
    # ------------------------------------------------------------

    def _get_counterparty_portal_limit(self, model):
        """Return what a portal user sees at most: no cost of goods, and what is authorized.

        :param model: one of ``RULED``
        :return: domain; the same as no rule for employees
        """
        self.ensure_one()
        if not self.share:
            return [(1, "=", 1)]
        shown = OURS_ALONE.get(model, Domain.TRUE)
        companies = self.env["res.company"]._get_portal_by_authorization()
        if companies:
            ruled = RULED[model]
            elsewhere = Domain(ruled.company, "not in", companies.ids)
            shown &= (
                elsewhere
                | self._domain_counterparty_own(ruled)
                | self._domain_counterparty_granted(model)
            )
        return list(shown)

    def _get_counterparty_portal_grant(self, model):
        """Return what authorizations of a portal user open beyond the host's own rule.

        :param model: one of ``RULED``
        """
        self.ensure_one()
        return list(self._domain_counterparty_granted(model))

    def _domain_counterparty_own(self, ruled):
        """Return the domain of what is addressed to the login itself.

        A login that is the company, or a person without one, sees everything of it.
        """
        partner = self.partner_id
        if not partner:
            return Domain.FALSE
        if partner == partner.commercial_partner_id:
            paths = [
                ruled.entity,
                *(f"{path}.commercial_partner_id" for path in ruled.partners[1:]),
            ]
        else:
            paths = ruled.partners
        return Domain.OR(Domain(path, "=", partner.id) for path in paths)

    def _domain_counterparty_granted(self, model):
        """Return the domain of what authorizations open, by scope, our company and days."""
        ruled = RULED[model]
        rows = self._get_counterparty_authorizations()
        periods = rows._get_periods_by_row()
        granted = Domain.FALSE
        for names, part in ruled.parts:
            opened = rows.filtered(
                lambda row, names=names: any(
                    self._is_counterparty_opened(row, name) for name in names
                )
            )
            granted |= part & self._domain_counterparty_rows(ruled, opened, periods)
        return granted

    def _domain_counterparty_rows(self, ruled, rows, periods):
        """Return the domain of what authorizations open, however many of them in one condition.

        Whether a row is in force is asked at each search. Where all rows of a counterparty open
        the same, one question serves all of these counterparties; one that has rows which open
        different days or our companies is asked about each of them.

        :param periods: days that are shown, ``{row id: periods}``
        """

        def opening(row):
            return row.company_id.id, tuple(periods[row.id])

        by_entity = rows.grouped("partner_id").values()
        alike = rows.browse().union(
            *(of_one for of_one in by_entity if len(set(map(opening, of_one))) == 1)
        )
        shared = Domain.OR(
            self._domain_counterparty_opening(ruled, group, *key)
            for key, group in alike.grouped(opening).items()
        )
        return (self._domain_counterparty_in_force(ruled, alike) & shared) | Domain.OR(
            self._domain_counterparty_in_force(ruled, group)
            & self._domain_counterparty_opening(ruled, group, *key)
            for key, group in (rows - alike).grouped(opening).items()
        )

    def _domain_counterparty_in_force(self, ruled, rows):
        """Return the domain of papers for whose counterparty one of the rows is in force."""
        in_force = [("id", "in", rows.ids), *rows._domain_in_force()]
        return Domain(ruled.entity, "any", [("counterparty_authorization_ids", "any", in_force)])

    def _domain_counterparty_opening(self, ruled, rows, company, periods):
        """Return the domain of papers of the counterparties of rows, of their days alone."""
        domain = Domain(ruled.entity, "in", rows.partner_id.ids)
        if company:
            # with its branches, whose papers stand on the same statement
            domain &= Domain(ruled.company, "child_of", company)
        return domain & domain_of_days(ruled.day, periods)

    @api.model
    def _is_counterparty_opened(self, row, scope):
        value = row[SCOPE_FIELDS[scope]]
        return value == ALL if scope == scopes.REQUESTS else value

    def _get_counterparty_authorizations(self):
        """Return the authorizations of the login that have not ended for good, sudoed."""
        self.ensure_one()
        if not self.share or not self.partner_id:
            return self.env["counterparty.authorization"].sudo()
        yesterday, _tomorrow = scopes.days_around(fields.Date.today())
        # what a portal user may see is decided for it
        rows = self.env["counterparty.authorization"].sudo()
        return rows.browse(self._get_counterparty_authorization_ids(self.partner_id.id, yesterday))

    @api.model
    @ormcache("partner", "since")
    def _get_counterparty_authorization_ids(self, partner, since):
        """Return the ids of a representative's authorizations that last until a day or longer.

        Every page asks for them many times; whoever writes one clears the cache, as for rules.
        """
        # what a portal user may see is decided for it
        rows = self.env["counterparty.authorization"].sudo()
        lasting = Domain("date_to", "=", False) | Domain("date_to", ">=", since)
        return rows.search(Domain("representative_id", "=", partner) & lasting)._ids

    # ------------------------------------------------------------
    # Rules follow the user
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return result

    def _check_counterparty_own_name(self, vals):
        """Refuse that the login of a company renames it past the approval.

        :raises UserError: tells where a change is asked for
        """
        user = self.env.user
        if self.env.su or self != user or not user._is_portal():
            return
        # what the visitor would change of its own record
        partner = user.sudo().partner_id
        changed = [
            name for name in ("name", "email") if name in vals and vals[name] != partner[name]
        ]
        if changed and partner.is_company and self.env.company._has_portal_page("changes"):
            raise UserError(
                self.env._(
                    "The name and the e-mail address of %(company)s change once we have approved"
                    " it. Please ask on the page “Our data with you”.",
                    company=partner.name,
                )
            )

    def _check_counterparty_own_lang(self, vals):
        """Refuse a language that is not there: whatever is written to its reader would fail.

        The host takes any text from whoever changes the own preferences.

        :raises ValueError: as the host does for a time zone that is not there
        """
        code = vals.get("lang")
        if code and not self.env.su and not self.env["res.lang"]._get_data(code=code):
            raise ValueError(f"Wrong value for res.users.lang: {code!r}")
