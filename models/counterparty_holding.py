from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from .counterparty_holding_walk import AS_OF, HOLDINGS, PERIOD_START
from .sale_order_line import COST_PROFIT


class CounterpartyHolding(models.Model):
    """A named group of counterparties: its head and all that belongs to the head.

    Members are never stored: they follow from the memberships in force on the day of the question,
    so a group as of last year stays what it was when a member leaves later.
    """

    _name = "counterparty.holding"
    _inherit = [
        "counterparty.holding.walk.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "counterparty.merge.mixin",
    ]
    _description = "Holding"
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    head_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
        help="The company or person at the top. Empty while it is unknown: then the group consists "
        "of the companies included by hand and what belongs to them.",
    )
    kind_ids = fields.Many2many(
        "counterparty.membership.kind",
        string="Spans",
        help="Kinds of membership that make a company part of this group. "
        "Empty: all kinds that belong to groups.",
    )
    exception_ids = fields.One2many(
        "counterparty.holding.exception", "holding_id", string="Exceptions", copy=True
    )
    include_ids = fields.Many2many(
        "res.partner",
        string="Also Included",
        compute="_compute_exceptions",
        inverse="_inverse_include_ids",
        help="Companies that belong to the group although no membership says so. "
        "What belongs to them comes along.",
    )
    exclude_ids = fields.Many2many(
        "res.partner",
        string="Left Out",
        compute="_compute_exceptions",
        inverse="_inverse_exclude_ids",
        help="Companies that are not counted, nor what belongs to the group only through them.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Who looks after the group as a whole.",
    )
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: for all our companies."
    )
    note = fields.Html()

    as_of = fields.Date(
        "As of",
        compute="_compute_as_of",
        readonly=False,
        store=False,
        help="Members and figures are those of this day.",
    )
    sales_from = fields.Date(
        "Sales since",
        compute="_compute_sales_from",
        readonly=False,
        store=False,
        help="Sales and profit are those from this day to the day of the figures.",
    )
    limit_ids = fields.One2many("counterparty.holding.limit", "holding_id", string="Credit Limits")
    credit_serial = fields.Integer(
        readonly=True, copy=False, help="Rises with every check of the group's credit."
    )

    member_count = fields.Integer("Members", compute="_compute_member_count")
    figures = fields.Html(
        compute="_compute_figures",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="What the group owes and buys, per company and currency.",
    )

    # ------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------

    @api.depends_context(AS_OF)
    def _compute_as_of(self):
        self.as_of = self._get_day()

    @api.depends_context(AS_OF, PERIOD_START)
    @api.depends("as_of")
    def _compute_sales_from(self):
        chosen = self.env.context.get(PERIOD_START)
        for holding in self:
            holding.sales_from = chosen or (holding.as_of or self._get_day()).replace(
                month=1, day=1
            )

    @api.depends_context(AS_OF)
    @api.depends(
        "exception_ids.partner_id", "exception_ids.choice", "exception_ids.date_from",
        "exception_ids.date_to", "as_of",
    )  # fmt: skip
    def _compute_exceptions(self):
        for holding in self:
            rows, day = holding.exception_ids, holding.as_of or self._get_day()
            holding.include_ids = rows._get_in_force(day, "include").partner_id
            holding.exclude_ids = rows._get_in_force(day, "exclude").partner_id

    def _inverse_include_ids(self):
        for holding in self:
            holding._set_exceptions("include", holding.include_ids)

    def _inverse_exclude_ids(self):
        for holding in self:
            holding._set_exceptions("exclude", holding.exclude_ids)

    def _set_exceptions(self, choice, partners):
        """Include or leave out these companies from the day of the question on, no others.

        The days before stay what they were.
        """
        day = self._get_day()
        present = self.exception_ids._get_in_force(day, choice)
        companies = partners.commercial_partner_id
        known = present.partner_id
        present.filtered(lambda row: row.partner_id not in companies)._end(day)
        self.env["counterparty.holding.exception"].create(
            [
                {
                    "holding_id": self.id,
                    "partner_id": company.id,
                    "choice": choice,
                    "date_from": day,
                }
                for company in companies - known
            ]
        )

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("head_id", "kind_ids", "include_ids", "exclude_ids", "as_of")
    def _compute_member_count(self):
        for day, holdings in self.grouped("as_of").items():
            members = holdings._origin._get_members(day or self._get_day())
            # as many as the list shows: partners of other companies stay hidden
            partners = {partner for group in members.values() for partner in group}
            Partner = self.env["res.partner"].with_context(active_test=False)
            visible = set(Partner._search([("id", "in", list(partners))]))
            for holding in holdings:
                holding.member_count = len(visible & members.get(holding._origin.id, set()))

    @api.depends_context("uid", "allowed_company_ids", "lang")
    @api.depends("head_id", "kind_ids", "include_ids", "exclude_ids", "as_of", "sales_from")
    def _compute_figures(self):
        for holding in self:
            holding.figures = self.env["ir.qweb"]._render(
                "counterparty_crm.counterparty_holding_figures",
                holding._prepare_figures() if holding._origin else {"rows": []},
            )

    def _prepare_figures(self):
        """Return what the table of figures shows: a row per company and currency, our own apart."""
        day = self.as_of or self._get_day()
        start = self.sales_from or day.replace(month=1, day=1)
        Figure = self.env["counterparty.holding.figure"].with_context(
            **{
                HOLDINGS: self._origin.ids,
                AS_OF: fields.Date.to_string(day),
                PERIOD_START: fields.Date.to_string(start),
            }
        )
        measures = ["receivable", "overdue", "payable", "to_invoice", "sales"]
        has_profit = self.env.user.has_group(COST_PROFIT)
        rows = Figure._read_group(
            [("is_own_company", "=", False)],
            ["company_id", "currency_id"],
            [f"{measure}:sum" for measure in measures + ["profit"] * has_profit],
        )
        labels = self._get_figure_labels()[: None if has_profit else -1]
        return {
            "labels": labels,
            "rows": [self._prepare_figure_row(labels, *row) for row in rows],
            "day": format_date(self.env, day),
            "period": f"{format_date(self.env, start)} – {format_date(self.env, day)}",
            "has_profit": has_profit,
        }

    def _get_figure_labels(self):
        """Return the words over the amounts of the table; profit is the last."""
        return [
            self.env._("Receivable"),
            self.env._("Overdue"),
            self.env._("Payable"),
            self.env._("Orders not invoiced"),
            self.env._("Net sales"),
            self.env._("Gross profit"),
        ]

    def _prepare_figure_row(self, labels, company, currency, *amounts):
        """Return the cells of a row; profit, the last, is in the currency of the books."""
        currencies = [currency] * 5 + [company.currency_id]
        return {
            "company": company.name,
            "currency": currency,
            "cells": [
                (label, formatLang(self.env, amount, currency_obj=of))
                for label, amount, of in zip(labels, amounts, currencies, strict=False)
            ],
        }

    @api.onchange("head_id")
    def _onchange_head_id(self):
        if self.head_id and not self.name:
            self.name = self.head_id.name

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_head_vals(vals) for vals in vals_list]
        holdings = super().create([self._prepare_holding_vals(vals) for vals in vals_list])
        for holding, vals in zip(holdings, vals_list, strict=True):
            if "exception_ids" not in vals:
                # what a group begins with has always been so
                holding.exception_ids.date_from = False
        holdings._add_head_roles()
        holdings.head_id._mark_counterparty_linked()
        return holdings

    def write(self, vals):
        result = super().write(self._prepare_head_vals(vals))
        if vals.get("head_id"):
            self._add_head_roles()
            self.head_id._mark_counterparty_linked()
        return result

    @api.model
    def _prepare_holding_vals(self, vals):
        """Return values of a new group with a name: failing one, the head's."""
        if not vals.get("head_id") or vals.get("name"):
            return vals
        return {**vals, "name": self.env["res.partner"].browse(vals["head_id"]).name}

    @api.model
    def _prepare_head_vals(self, vals):
        """Return values with a commercial entity as head."""
        if not vals.get("head_id"):
            return vals
        head = self.env["res.partner"].browse(vals["head_id"]).commercial_partner_id
        return {**vals, "head_id": head.id}

    def _add_head_roles(self):
        """Give the heads of groups the role of a holding."""
        kind = self.env["counterparty.type"]._get_core("holding")
        heads = self.head_id
        # roles of companies the user is not in count, and a head gets its role from whoever
        # names it head
        Role = self.env["counterparty.role"].sudo()
        known = Role.search(
            Domain("partner_id", "in", heads.ids)
            & Domain("type_id", "=", kind.id)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", "today"))
        ).partner_id
        if heads - known:
            Role.create([{"partner_id": head.id, "type_id": kind.id} for head in heads - known])

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_chart(self):
        """Open the chart of the group as of the day of the form."""
        return self._open_members("hierarchy")

    def action_open_members(self):
        """Open the list of the group's members as of the day of the form."""
        return self._open_members("list")

    def action_open_figures(self):
        """Open the group's figures as of the day of the form."""
        return self._open_for_holdings("counterparty_holding_figure_action")

    def action_open_sales(self):
        """Open what the group bought and what that brought, period by period."""
        return self._open_for_holdings("counterparty_holding_sale_action")

    def action_open_memberships(self):
        """Open the memberships that make up the group, past ones too."""
        members = self._get_members(self._get_day())
        partners = {partner for group in members.values() for partner in group}
        return dict(
            self.env["ir.actions.act_window"]._for_xml_id(
                "counterparty_crm.counterparty_membership_action"
            ),
            domain=[("owner_id", "in", list(partners))],
        )

    def action_choose_day(self):
        """Ask those who may only read the group for the day of its figures."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Figures of another day"),
            "res_model": "counterparty.holding.day",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_holding_id": self.id,
                "default_as_of": fields.Date.to_string(self._get_day()),
            },
        }

    def _open_as_of(self, day, start):
        """Open the group with members and figures of a day.

        :param start: the first day of the sales; ``False`` for that of the year
        """
        context = {AS_OF: fields.Date.to_string(day)}
        if start:
            context[PERIOD_START] = fields.Date.to_string(start)
        return dict(self._get_records_action(context=context), display_name=self._name_of_day(day))

    def _name_of_day(self, day):
        name = ", ".join(self.mapped("name"))
        if day == fields.Date.context_today(self):
            return name
        return self.env._("%(group)s on %(day)s", group=name, day=format_date(self.env, day))

    def _open_members(self, view):
        action = self._open_for_holdings("counterparty_holding_member_action")
        views = sorted(action["views"], key=lambda pair: pair[1] != view)
        modes = ",".join(mode for _id, mode in views)
        # the chart is first drawn without the context: the domain says it again
        day = fields.Date.to_string(self._get_day())
        domain = [("holding_id", "in", self.ids), ("as_of", "=", day)]
        # a phone shows what was asked for too
        return dict(action, views=views, view_mode=modes, mobile_view_mode=view, domain=domain)

    def _open_for_holdings(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"counterparty_crm.{xmlid}")
        day = self._get_day()
        return dict(
            action,
            display_name=self._name_of_day(day),
            context={
                HOLDINGS: self.ids,
                AS_OF: fields.Date.to_string(day),
                PERIOD_START: fields.Date.to_string(self._get_period_start()),
                "create": False,
            },
        )

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def _word_for_user(self):
        """Return the name of the group, unless the user may not see it."""
        if self.sudo(False)._filtered_access("read"):
            return self.name
        return self.env._("a group of another company")

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    @api.model
    def _counterparty_merge(self, source, target):
        """Refuse to make one head of two: two groups would count the same members twice."""
        # groups of companies the user is not in count as well
        groups = self.sudo().search([("head_id", "in", (source | target).ids)], order="id")
        if len(groups.head_id) > 1:
            left = groups[0]
            right = groups.filtered(lambda group: group.head_id != left.head_id)[0]
            raise UserError(
                self.env._(
                    "%(left)s is the head of the group “%(left_group)s”, %(right)s of "
                    "“%(right_group)s”. Archive one of the groups first.",
                    left=left.head_id._word_counterparty(),
                    left_group=left._word_for_user(),
                    right=right.head_id._word_counterparty(),
                    right_group=right._word_for_user(),
                )
            )
