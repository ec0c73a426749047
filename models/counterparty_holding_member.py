from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import control
from .counterparty_holding_walk import HOLDINGS

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"
OWNERSHIP = "counterparty_crm.group_area_ownership"
# a row's number is made of its holding's and its partner's, so that it means the same tomorrow
PARTNER_BITS = 32


class CounterpartyHoldingMember(models.Model):
    """One member in the chart of a group as of a day.

    A query, not a table: the shortest way from the head says below whom a member hangs. Domain or
    context: the holdings and the day; without them all holdings the user may see, today.
    """

    _name = "counterparty.holding.member"
    _inherit = ["counterparty.holding.asked.mixin"]
    _description = "Member of a Holding"
    _auto = False
    _order = "holding_id, depth, partner_id"
    _rec_name = "partner_id"
    _depends = {
        "counterparty.membership": ["owner_id", "member_id", "kind_id", "date_from", "date_to"],
        "counterparty.holding": ["head_id", "kind_ids"],
        "counterparty.holding.exception": ["partner_id", "choice", "date_from", "date_to"],
    }

    holding_id = fields.Many2one("counterparty.holding", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Member", readonly=True)
    parent_id = fields.Many2one("counterparty.holding.member", string="Below", readonly=True)
    child_ids = fields.One2many("counterparty.holding.member", "parent_id", readonly=True)
    depth = fields.Integer("Level", readonly=True, aggregator=None)
    is_head = fields.Boolean("Head", readonly=True)
    is_own_company = fields.Boolean("Own", readonly=True)
    partner_active = fields.Boolean(related="partner_id.active")
    partner_type_ids = fields.Many2many(related="partner_id.counterparty_open_role_ids")

    # the membership below the direct owner
    kind_id = fields.Many2one("counterparty.membership.kind", compute="_compute_membership")
    share_text = fields.Char("Equity", compute="_compute_membership")
    owner_count = fields.Integer(
        "Owners", compute="_compute_membership", help="Owners on this day, in the group or not."
    )
    is_mutual = fields.Boolean("Own Each Other", compute="_compute_membership")
    is_circular = fields.Boolean(
        "In a Loop",
        compute="_compute_is_circular",
        help="Owns its owner, directly or through others.",
    )

    # analysis: behind its switch
    total_share = fields.Char(
        compute="_compute_ownership",
        groups=OWNERSHIP,
        help="Part of the member that belongs to the head directly and indirectly.",
    )
    is_controlled = fields.Boolean(
        "Controlled",
        compute="_compute_ownership",
        groups=OWNERSHIP,
        help="The head and all it controls hold a majority of the votes.",
    )
    may_be_controlled = fields.Boolean(
        "Possibly Controlled",
        compute="_compute_ownership",
        groups=OWNERSHIP,
        help="With the most votes that the known ranges allow, or with reported memberships.",
    )

    # own balance, in the currency of the user's company
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    receivable = fields.Monetary(compute="_compute_balance", groups=ACCOUNTING)
    payable = fields.Monetary(compute="_compute_balance", groups=ACCOUNTING)
    overdue = fields.Monetary(compute="_compute_balance", groups=ACCOUNTING)
    to_invoice = fields.Monetary(
        "Orders not Invoiced", compute="_compute_balance", groups=ACCOUNTING
    )
    group_receivable = fields.Monetary(
        "Receivable of the Group", compute="_compute_balance", groups=ACCOUNTING
    )
    group_overdue = fields.Monetary(
        "Overdue of the Group", compute="_compute_balance", groups=ACCOUNTING
    )

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        Holding = self.env["counterparty.holding"]
        day = Holding._get_day()
        holdings = Holding._get_asked_holdings()
        members = holdings._get_members(day)
        rows = [
            (holding.id, partner, step.owner, step.depth, partner == holding.head_id.id)
            for holding in holdings
            for partner, step in holding._get_steps(day, members[holding.id]).items()
        ]
        holding_ids, partner_ids, owner_ids, depths, heads = (
            zip(*rows, strict=True) if rows else ([],) * 5
        )
        own = self.env["counterparty.membership"]._get_own_partners().ids
        return SQL(
            """SELECT (h::bigint << %(bits)s) + p AS id, h AS holding_id, p AS partner_id,
                      (h::bigint << %(bits)s) + o AS parent_id, d AS depth, is_head,
                      p = ANY(%(own)s) AS is_own_company, %(day)s::date AS as_of
                 FROM unnest(%(holdings)s::int[], %(partners)s::int[], %(owners)s::int[],
                             %(depths)s::int[], %(heads)s::bool[]) AS row(h, p, o, d, is_head)""",
            bits=PARTNER_BITS,
            own=own,
            day=day,
            holdings=list(holding_ids),
            partners=list(partner_ids),
            owners=list(owner_ids),
            depths=list(depths),
            heads=list(heads),
        )

    @api.model
    def _as_asked(self, domain):
        model = super()._as_asked(domain)
        parts = list(Domain(domain))
        if model.env.context.get(HOLDINGS) or "|" in parts or "!" in parts:
            return model
        for name, operator, value in (part for part in parts if not isinstance(part, str)):
            # a search may name groups in words as well
            if name == "holding_id" and operator == "in" and all(type(v) is int for v in value):
                return model.with_context(**{HOLDINGS: list(value)})
        return model

    @api.model
    @api.readonly
    def hierarchy_read(self, domain, specification, parent_field, child_field=None, order=None):
        """Read the chart of the groups and the day that the domain names.

        The client sends the context of its action only when it unfolds, not when it first draws.
        """
        model = self._as_asked(domain)
        return super(CounterpartyHoldingMember, model).hierarchy_read(
            domain, specification, parent_field, child_field, order
        )

    # ------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.depends_context("counterparty_as_of")
    @api.depends("partner_id", "parent_id")
    def _compute_membership(self):
        Membership = self.env["counterparty.membership"]
        day = self.env["counterparty.holding"]._get_day()
        rows = Membership.search(
            Domain("member_id", "in", self.partner_id.ids) & Membership._domain_in_force(day),
            order="id",
        )
        by_member = rows.grouped("member_id")
        for member in self:
            owned = by_member.get(member.partner_id, Membership)
            direct = owned.filtered(lambda row, m=member: row.owner_id == m.parent_id.partner_id)
            member.kind_id = direct[:1].kind_id
            member.share_text = ", ".join(filter(None, direct.mapped("share_text")))
            member.owner_count = len(owned.owner_id)
            member.is_mutual = any(direct.mapped("is_mutual"))

    @api.depends_context("counterparty_as_of")
    @api.depends("partner_id", "parent_id")
    def _compute_is_circular(self):
        Membership = self.env["counterparty.membership"]
        rows = Membership.search([("member_id", "in", self.partner_id.ids)])
        circular = rows.filtered("is_circular").member_id
        for member in self:
            member.is_circular = member.partner_id in circular

    @api.depends_context("counterparty_as_of")
    def _compute_ownership(self):
        day = self.env["counterparty.holding"]._get_day()
        threshold, is_strict = self.env["counterparty.holding"]._get_control_rule()
        for holding, members in self.grouped("holding_id").items():
            head, edges = holding.head_id.id, holding._get_edges(day)
            confirmed = [edge for edge in edges if not edge.is_reported]
            words = holding._word_total_shares(head, edges, members.partner_id.ids)
            controlled = control.controlled_by(head, confirmed, threshold, is_strict)
            possible = control.controlled_by(head, edges, threshold, is_strict, is_possible=True)
            for member in members:
                partner = member.partner_id.id
                member.is_controlled = partner in controlled
                member.may_be_controlled = partner in possible - controlled
                member.total_share = False if member.is_head else words[partner]

    @api.depends_context("counterparty_as_of", "company")
    def _compute_balance(self):
        Holding = self.env["counterparty.holding"]
        day = Holding._get_day()
        # a group of which nobody knows the head has its sum on all that hang below nobody
        tops = self.filtered(lambda member: not member.parent_id)
        members = tops.holding_id._get_members(day)
        partners = set(self.partner_id.ids).union(*members.values())
        own = set(self.env["counterparty.membership"]._get_own_partners().ids)
        balances = self._get_balances(partners, day)
        nothing = dict.fromkeys(("receivable", "payable", "overdue", "to_invoice"), 0.0)
        for member in self:
            balance = balances.get(member.partner_id.id, nothing)
            group = members.get(member.holding_id.id, ()) if member in tops else ()
            shown = [balances[p] for p in group if p in balances and p not in own]
            member.update(
                {
                    **balance,
                    "group_receivable": sum(row["receivable"] for row in shown),
                    "group_overdue": sum(row["overdue"] for row in shown),
                }
            )

    def _get_balances(self, partner_ids, day):
        """Return ``{partner id: balances}`` in the books and currency of the user's company."""
        Balance = self.env["counterparty.holding.balance"]
        Balance._flush_sources()
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT partner_id, SUM(receivable) AS receivable, SUM(payable) AS payable,
                          SUM(overdue) AS overdue, SUM(to_invoice) AS to_invoice
                     FROM (SELECT partner_id, company_id, receivable_company AS receivable,
                                  payable_company AS payable, overdue_company AS overdue,
                                  0 AS to_invoice FROM (%(items)s) AS items
                            UNION ALL
                           SELECT partner_id, company_id, 0, 0, 0, amount_company
                             FROM (%(orders)s) AS orders) AS f
                    WHERE company_id = ANY(%(companies)s) GROUP BY partner_id""",
                items=Balance._sql_items(partner_ids, day),
                orders=Balance._sql_open_orders(partner_ids, day),
                companies=self._get_branches().ids,
            )
        )
        return {row.pop("partner_id"): row for row in rows}

    def _get_branches(self):
        """Return the user's company with its branches: they keep books in one currency."""
        # a branch one is not in belongs to the company's balance, as in the host's own receivable
        root = self.env.company.root_id
        return self.env["res.company"].sudo().search([("id", "child_of", root.id)])

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_partner(self):
        """Open the member of the group."""
        self.ensure_one()
        return self.partner_id._get_records_action()
