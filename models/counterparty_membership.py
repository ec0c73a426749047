from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import membership as membership_rules
from ..tools import ownership
from ..tools.ownership import Edge
from ..tools.periods import overlap
from .counterparty_membership_rules import PERCENT, plain_percent

# fractions of one of a row m of kind k; what nobody knows lies between nothing and all
SHARE = SQL(
    """CASE WHEN k.is_whole THEN 1.0 WHEN m.share_basis = 'exact' THEN m.equity::float8 / 100
            WHEN m.share_basis = 'range' THEN m.equity_min::float8 / 100 ELSE 0.0 END"""
)
SHARE_MAX = SQL(
    """CASE WHEN k.is_whole OR m.share_basis = 'exact' THEN NULL
            WHEN m.share_basis = 'range' THEN m.equity_max::float8 / 100 ELSE 1.0 END"""
)


class CounterpartyMembership(models.Model):
    """One counterparty belongs to another in one way, from its first to its last day.

    Memberships connect commercial entities. A member may have several owners, and owners may own
    each other: loops are facts of life, kept and flagged. Whether a membership is in force follows
    from its dates on the day of the question.
    """

    _name = "counterparty.membership"
    _inherit = ["counterparty.membership.rules.mixin", "counterparty.merge.mixin"]
    _description = "Holding Membership"
    _order = "owner_id, date_from desc, id desc"
    _rec_names_search = ["owner_id", "member_id"]

    owner_id = fields.Many2one(
        "res.partner",
        required=True,
        ondelete="restrict",
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
        help="The company or person that the member belongs to.",
    )
    member_id = fields.Many2one(
        "res.partner",
        required=True,
        ondelete="restrict",
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
        help="The company that belongs to the owner.",
    )
    kind_id = fields.Many2one(
        "counterparty.membership.kind",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_kind_id(),
    )
    kind_is_whole = fields.Boolean(related="kind_id.is_whole")

    # period
    date_from = fields.Date("Since", help="First day. Empty when nobody knows it.")
    date_to = fields.Date("Until", help="Last day. Empty while it goes on.")
    is_open = fields.Boolean(
        "In Force", compute="_compute_is_open", search="_search_is_open", help="In force today."
    )
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False, index="btree_not_null")
    ended_on = fields.Datetime(readonly=True, copy=False)

    # shares
    share_basis = fields.Selection(
        [("exact", "Exact"), ("range", "Range"), ("unknown", "Not known")],
        string="Equity is",
        required=True,
        default="exact",
    )
    equity = fields.Float("Equity %", digits=PERCENT)
    equity_min = fields.Float("At Least %", digits=PERCENT)
    equity_max = fields.Float("At Most %", digits=PERCENT)
    has_voting = fields.Boolean(
        "Votes Differ", help="The part of the votes is not that of the equity."
    )
    voting_basis = fields.Selection(
        [("exact", "Exact"), ("range", "Range")],
        string="Votes are",
        required=True,
        default="exact",
    )
    voting = fields.Float("Votes %", digits=PERCENT)
    voting_min = fields.Float("Votes at Least %", digits=PERCENT)
    voting_max = fields.Float("Votes at Most %", digits=PERCENT)
    share_text = fields.Char("Equity", compute="_compute_share_text")

    # control and origin
    control = fields.Selection(
        [
            ("auto", "By the votes"),
            ("yes", "Yes, registered"),
            ("no", "No, excluded"),
        ],
        string="Controls",
        required=True,
        default="auto",
    )
    control_document = fields.Char(
        "Register Document", help="Contract or register entry that gives or excludes control."
    )
    control_document_id = fields.Many2one(
        "counterparty.document",
        "Document on File",
        domain="[('is_personal', '=', False),"
        " ('commercial_partner_id', 'in', [owner_id, member_id])]",
        index="btree_not_null",
        ondelete="restrict",
        help="The same document among those of the owner or the member.",
    )
    status = fields.Selection(
        [("confirmed", "Confirmed"), ("reported", "Reported")],
        required=True,
        default="confirmed",
        help="Confirmed: seen in a register or document. Reported: somebody said so.",
    )
    source = fields.Char(help="Where it is known from: a register, a report, a visit.")
    note = fields.Char()

    # flags of the graph
    is_mutual = fields.Boolean(
        "Own Each Other",
        compute="_compute_is_mutual",
        help="The member also owns its owner, directly.",
    )
    is_circular = fields.Boolean(
        "In a Loop",
        compute="_compute_is_circular",
        help="The member owns its owner, directly or through others.",
    )
    is_own_company = fields.Boolean("Own", compute="_compute_is_own_company")

    _open_uniq = models.UniqueIndex(
        "(owner_id, member_id, kind_id) WHERE date_to IS NULL",
        "This membership is already there and goes on. End or correct the present one.",
    )
    _period_valid = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day of a membership cannot be before its first."
    )
    _percent_valid = models.Constraint(
        "CHECK (equity BETWEEN 0 AND 100 AND voting BETWEEN 0 AND 100"
        " AND equity_min BETWEEN 0 AND 100 AND equity_max BETWEEN 0 AND 100"
        " AND voting_min BETWEEN 0 AND 100 AND voting_max BETWEEN 0 AND 100)",
        "Percentages of a membership lie between 0 and 100.",
    )
    # both ends of an edge with what the walk needs: it never touches the table itself
    _owner_idx = models.Index("(owner_id) INCLUDE (member_id, kind_id, date_from, date_to)")
    _member_idx = models.Index("(member_id) INCLUDE (owner_id, kind_id, date_from, date_to)")

    def _default_kind_id(self):
        return self.env.ref("counterparty_crm.membership_kind_owned", raise_if_not_found=False)

    # ------------------------------------------------------------
    # Compute and search
    # ------------------------------------------------------------

    @api.depends("owner_id", "member_id", "kind_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row._word_membership(row.owner_id.name, row.member_id.name)

    def _word_membership(self, owner, member):
        return self.env._(
            "%(owner)s → %(member)s (%(kind)s)",
            owner=owner or "",
            member=member or "",
            kind=self.kind_id.name or "",
        )

    def _word_for_user(self):
        """Return the membership in words, without names that the user may not see."""
        return self._word_membership(
            self.owner_id._word_counterparty(), self.member_id._word_counterparty()
        )

    @api.depends("date_from", "date_to")
    def _compute_is_open(self):
        today = fields.Date.context_today(self)
        in_force = self.filtered_domain(self._domain_in_force(today))
        for row in self:
            row.is_open = row in in_force

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._domain_in_force(fields.Date.context_today(self))
        if True in value and False in value:
            return Domain.TRUE
        return domain if True in value else ~domain

    @api.depends(
        "share_basis", "equity", "equity_min", "equity_max", "kind_id.is_whole",
        "kind_id.counts_ownership",
    )  # fmt: skip
    def _compute_share_text(self):
        for row in self:
            if row.kind_id.is_whole:
                row.share_text = "100 %"
            elif row.share_basis == "exact":
                row.share_text = f"{plain_percent(row.equity)} %"
            elif row.share_basis == "range":
                row.share_text = (
                    f"{plain_percent(row.equity_min)}–{plain_percent(row.equity_max)} %"
                )
            elif row.kind_id.counts_ownership:
                row.share_text = self.env._("not known")
            else:
                # a family or a franchise has no shares that anybody could miss
                row.share_text = False

    @api.depends("owner_id", "member_id", "date_from", "date_to")
    def _compute_is_mutual(self):
        back = self.search(
            [("owner_id", "in", self.member_id.ids), ("member_id", "in", self.owner_id.ids)]
        )
        periods = {}
        for row in back:
            periods.setdefault((row.owner_id, row.member_id), []).append(row._get_period())
        for row in self:
            others = periods.get((row.member_id, row.owner_id), [])
            row.is_mutual = any(overlap(row._get_period(), period) for period in others)

    @api.depends_context("counterparty_as_of")
    @api.depends("owner_id", "member_id", "date_from", "date_to")
    def _compute_is_circular(self):
        day = self.env["counterparty.holding"]._get_day()
        block = self._get_blocks(day)
        in_force = self.filtered_domain(self._domain_in_force(day))
        for row in self:
            owner, member = row.owner_id.id, row.member_id.id
            together = owner in block and block[owner] == block.get(member)
            row.is_circular = row in in_force and together

    def _get_blocks(self, day):
        """Return ``{partner id: number}``: those of one number own each other in a loop.

        All that members lead to on a day is looked at, each once; loops pass owners and members of
        these rows or of none.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE g(id) AS (
                        SELECT unnest(%(members)s::int[]) UNION
                        SELECT m.member_id FROM g
                          JOIN counterparty_membership m ON m.owner_id = g.id
                         WHERE %(in_force)s)
                   SELECT m.owner_id, m.member_id
                     FROM g JOIN counterparty_membership m ON m.owner_id = g.id
                    WHERE %(in_force)s""",
                members=self.member_id.ids,
                in_force=self._sql_in_force("m", day),
            )
        )
        members = {}
        for owner, member in rows:
            members.setdefault(owner, []).append(member)
        blocks = ownership.strong_components(members, members)
        return {
            partner: number
            for number, block in enumerate(blocks)
            if len(block) > 1 or block[0] in members.get(block[0], ())
            for partner in block
        }

    @api.depends("member_id")
    def _compute_is_own_company(self):
        own = self._get_own_partners()
        for row in self:
            row.is_own_company = row.member_id in own

    @api.model
    def _get_own_partners(self):
        """Return the partners of our own companies."""
        return self.env["res.partner"].browse(self._get_own_partner_ids())

    @api.model
    @tools.ormcache()
    def _get_own_partner_ids(self):
        # that a counterparty is one of ours is no secret, even of a company one is not in
        return tuple(self.env["res.company"].sudo().search(Domain.TRUE).partner_id.ids)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # ends not written yet would meet the successors in the unique index
        self.flush_model(["date_to"])
        self.browse()._check_open_rows(vals_list)
        rows = super().create([self._prepare_share_basis(vals) for vals in vals_list])
        rows.filtered("date_to")._note_end()
        (rows.owner_id | rows.member_id)._mark_counterparty_linked()
        # rules of portal users name the days of memberships, and are kept per user
        self.env.registry.clear_cache()
        return rows

    @api.model
    def _prepare_share_basis(self, vals):
        """Return values in which a share that nobody entered is not known, as in an import.

        Nothing of the equity is exact where the votes alone are known: a golden share.
        """
        is_exact = vals.get("share_basis", "exact") == "exact"
        if is_exact and not vals.get("equity") and not vals.get("has_voting"):
            return {**vals, "share_basis": "unknown"}
        return vals

    def _check_open_rows(self, vals_list):
        """Refuse a second open row by name; the unique index knows no names.

        :param vals_list: rows to come, or what these rows will be
        :raises ValidationError: naming the row that goes on
        """
        keys = [(v.get("owner_id"), v.get("member_id"), v.get("kind_id")) for v in vals_list]
        # rows of companies the user is not in are in the way as well
        going_on = self.sudo().search(
            [
                ("date_to", "=", False),
                ("member_id", "in", [member for _o, member, _k in keys]),
                ("id", "not in", self.ids),
            ]
        )
        by_key = {(row.owner_id.id, row.member_id.id, row.kind_id.id): row for row in going_on}
        for key, vals in zip(keys, vals_list, strict=True):
            if not vals.get("date_to") and key in by_key:
                row = by_key[key]
                row._raise_overlap(row)

    def write(self, vals):
        new_end = fields.Date.to_date(vals.get("date_to") or None)
        ended = self.filtered(lambda row: row.date_to != new_end) if new_end else self.browse()
        if not new_end and {"owner_id", "member_id", "kind_id", "date_to"} & vals.keys():
            self._check_open_rows([row._prepare_key_vals(vals) for row in self])
        result = super().write(vals)
        if "owner_id" in vals or "member_id" in vals:
            (self.owner_id | self.member_id)._mark_counterparty_linked()
        if new_end:
            # whoever shortens or puts off a planned end has decided it
            ended._note_end()
        elif "date_to" in vals:
            super().write({"ended_by_id": False, "ended_on": False})
        if {"owner_id", "member_id", "kind_id", "date_from", "date_to"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _prepare_key_vals(self, vals):
        """Return owner, member, kind and end as they will be after writing values."""
        self.ensure_one()
        return {
            "owner_id": self.owner_id.id,
            "member_id": self.member_id.id,
            "kind_id": self.kind_id.id,
            "date_to": self.date_to,
            **vals,
        }

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _note_end(self):
        """Keep who ended a membership and when."""
        self.write({"ended_by_id": self.env.uid, "ended_on": fields.Datetime.now()})

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_change(self):
        """Open the wizard that ends, moves or corrects memberships as of a date."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change memberships"),
            "res_model": "counterparty.membership.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_membership_ids": self.ids},
        }

    # ------------------------------------------------------------
    # Graph
    # ------------------------------------------------------------

    @api.model
    def _get_edges_into(self, partner_ids, day, kind_ids):
        """Return memberships of partners in force as edges, in the order of their ids.

        All owners come along, for what others have limits what one of them can have.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT m.owner_id, m.member_id, k.counts_ownership, k.counts_control,
                          %(share)s, %(share_max)s, %(votes)s, %(votes_max)s, m.control,
                          m.status = 'reported'
                     FROM counterparty_membership m
                     JOIN counterparty_membership_kind k ON k.id = m.kind_id
                    WHERE m.member_id = ANY(%(partners)s)
                      AND m.kind_id = ANY(%(kinds)s) AND %(in_force)s
                    ORDER BY m.id""",
                share=SHARE,
                share_max=SHARE_MAX,
                votes=SQL(
                    """CASE WHEN m.has_voting IS NOT TRUE THEN %s
                            WHEN m.voting_basis = 'range' THEN m.voting_min::float8 / 100
                            ELSE m.voting::float8 / 100 END""",
                    SHARE,
                ),
                votes_max=SQL(
                    """CASE WHEN m.has_voting IS NOT TRUE THEN %s
                            WHEN m.voting_basis = 'range' THEN m.voting_max::float8 / 100 END""",
                    SHARE_MAX,
                ),
                partners=list(partner_ids),
                kinds=list(kind_ids),
                in_force=self._sql_in_force("m", day),
            )
        )
        return [_edge(*row) for row in rows]

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    @api.model
    def _counterparty_merge(self, source, target):
        """Join what says the same, drop what they had of each other, refuse contradictions."""
        # all memberships of both count, also those of companies the user is not in
        Membership = self.sudo()
        partners = (source | target).ids
        rows = Membership.search(
            Domain("owner_id", "in", partners) | Domain("member_id", "in", partners)
        )
        merge = membership_rules.merge_memberships(
            [row._get_merge_facts() for row in rows], set(source.ids), target.id
        )
        if merge.conflicts:
            left, right = (Membership.browse(key) for key in merge.conflicts[0])
            raise UserError(
                self.env._(
                    "These memberships contradict each other after the merge: %(left)s, "
                    "%(left_share)s, and %(right)s, %(right_share)s. Correct one of them first.",
                    left=left._word_for_user(),
                    left_share=left.share_text or self.env._("not known"),
                    right=right._word_for_user(),
                    right_share=right.share_text or self.env._("not known"),
                )
            )
        Membership.browse(merge.drop).unlink()
        for key, period in merge.extend.items():
            Membership.browse(key).write({"date_from": period.start, "date_to": period.end})
        if rows:
            target._mark_counterparty_linked()
        self.env.flush_all()

    def _get_merge_facts(self):
        self.ensure_one()
        return membership_rules.MembershipFacts(
            key=self.id,
            owner=self.owner_id.id,
            member=self.member_id.id,
            kind=self.kind_id.id,
            period=self._get_period(),
            shares=(self.share_text, self._get_votes(), self.control),
            allows_self=self.kind_id.allows_self,
            is_exclusive=self.kind_id.is_exclusive,
            part=self._get_low_equity() if self._counts_in_sum() else 0.0,
        )

    def _get_votes(self):
        """Return the smallest and the largest part of the votes; ``None`` for that of the equity.

        In percent, as somebody entered it.
        """
        self.ensure_one()
        if not self.has_voting:
            return None
        if self.voting_basis == "range":
            return self.voting_min, self.voting_max
        return self.voting, self.voting


def _edge(
    owner, member, is_ownership, is_control, share, share_max, votes, votes_max, control, reported,
):  # fmt: skip
    """Return a row of the database as edge; of kinds that give no shares or votes without them."""
    return Edge(
        owner=owner,
        member=member,
        share=share if is_ownership else 0.0,
        share_max=share_max if is_ownership else None,
        votes=votes if is_control else 0.0,
        votes_max=votes_max if is_control else None,
        forced={"yes": True, "no": False}.get(control),
        is_reported=reported,
    )
