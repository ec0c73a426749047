from odoo import api, fields, models, tools
from odoo.fields import Domain

from ..tools.periods import overlap
from .counterparty_membership_rules import PERCENT, plain_percent


class CounterpartyMembership(models.Model):
    """One counterparty belongs to another in one way, from its first to its last day.

    Memberships connect commercial entities. A member may have several owners, and owners may own
    each other: loops are facts of life, kept and flagged. Whether a membership is in force follows
    from its dates on the day of the question.
    """

    _name = "counterparty.membership"
    _inherit = [
        "counterparty.membership.rules.mixin",
        "counterparty.membership.graph.mixin",
        "counterparty.membership.merge.mixin",
    ]
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
