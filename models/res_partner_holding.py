from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.banner import BannerLine
from ..tools.dossier import TileEntry

GROUP_USER = "counterparty_crm.group_user"
AREA = "counterparty_crm.group_area_holding"
# a head may own thousands; the list of memberships has them all
CARDS = 40


class CounterpartyHoldingPartnerMixin(models.AbstractModel):
    """A partner in groups: its holdings, its owners and what belongs to it."""

    _name = "counterparty.holding.partner.mixin"
    _inherit = ["counterparty.holding.group.mixin"]
    _description = "Partner in holdings"

    _counterparty_holding_partner = "id"

    counterparty_owner_ids = fields.One2many(
        "counterparty.membership", "member_id", string="Owners", groups=GROUP_USER
    )
    counterparty_member_ids = fields.One2many(
        "counterparty.membership", "owner_id", string="Companies in the Holding", groups=GROUP_USER
    )

    counterparty_is_linked = fields.Boolean(
        "Has Memberships",
        readonly=True,
        copy=False,
        groups=GROUP_USER,
        help="Was ever owner, member, head or included by hand: spares all others a query.",
    )
    # the form: both ends of a partner's memberships with four queries, and none for most
    counterparty_member_card_ids = fields.Many2many(
        "counterparty.membership",
        string="Member Cards",
        compute="_compute_counterparty_cards",
        groups=GROUP_USER,
    )
    counterparty_owner_card_ids = fields.Many2many(
        "counterparty.membership",
        string="Owner Cards",
        compute="_compute_counterparty_cards",
        groups=GROUP_USER,
    )
    counterparty_has_holding = fields.Boolean(
        "Belongs to a Group", compute="_compute_counterparty_cards", groups=GROUP_USER
    )

    @api.depends("commercial_partner_id.counterparty_is_linked")
    def _compute_counterparty_cards(self):
        linked = self.commercial_partner_id.filtered("counterparty_is_linked")
        entities = linked._origin
        rows = entities._fetch_counterparty_cards()
        for partner in self:
            entity = partner.commercial_partner_id._origin
            owned = rows.filtered(lambda row, e=entity: row.owner_id == e)
            partner.counterparty_member_card_ids = owned[:CARDS]
            owners = rows.filtered(lambda row, e=entity: row.member_id == e)
            partner.counterparty_owner_card_ids = owners[:CARDS]
            # in which groups today is worked out when the button is pressed
            partner.counterparty_has_holding = entity in entities

    def _fetch_counterparty_cards(self):
        """Return the memberships that the cards of these entities show, with what they tell."""
        Membership = self.env["counterparty.membership"]
        if not self:
            return Membership
        # a page of partners is never shown with cards
        limit = CARDS if len(self) == 1 else None
        ends = [
            # each end by itself: many members would leave no room for the owners
            Membership._search([(end, "in", self.ids)], order="date_to desc, id", limit=limit)
            for end in ("owner_id", "member_id")
        ]
        either = SQL("((%s) UNION (%s))", *(end.subselect() for end in ends))
        # those that go on come first
        rows = Membership.search_fetch(Domain("id", "in", either), order="date_to desc, id")
        # once for the cards of both ends
        rows.mapped("is_mutual")
        (rows.owner_id | rows.member_id).mapped("display_name")
        return rows

    def _mark_counterparty_linked(self):
        """Keep that these partners take part in memberships or groups.

        Plain SQL: the mark is no change of the partner that anybody should be told of.
        """
        if self:
            self.flush_recordset(["counterparty_is_linked"])
            self.env.cr.execute(
                SQL(
                    """UPDATE res_partner SET counterparty_is_linked = TRUE
                        WHERE id = ANY(%s) AND counterparty_is_linked IS NOT TRUE""",
                    self.ids,
                )
            )
            self.env["res.partner"].invalidate_model(
                [
                    "counterparty_is_linked",
                    "counterparty_has_holding",
                    "counterparty_member_card_ids",
                    "counterparty_owner_card_ids",
                ],
                flush=False,
            )

    @api.model
    def _fill_counterparty_linked(self):
        """Mark all who take part in memberships or groups, whoever brought them."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE res_partner SET counterparty_is_linked = TRUE
                WHERE counterparty_is_linked IS NOT TRUE AND id IN (
                      SELECT owner_id FROM counterparty_membership
                       UNION SELECT member_id FROM counterparty_membership
                       UNION SELECT head_id FROM counterparty_holding
                       UNION SELECT partner_id FROM counterparty_holding_exception)"""
        )
        self.invalidate_model(["counterparty_is_linked"], flush=False)

    def _lock_counterparty_linked(self):
        """Let changes of the owners of a member pass one after the other.

        The lock writes: whoever comes second would read the rows of before under REPEATABLE READ;
        after a write the host repeats his request with what the other has saved.
        """
        if not self.ids:
            return
        self.flush_recordset(["counterparty_is_linked"])
        self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                self.ids,
            )
        )
        self.env.cr.execute(
            SQL("UPDATE res_partner SET counterparty_is_linked = TRUE WHERE id = ANY(%s)", self.ids)
        )
        self.invalidate_recordset(["counterparty_is_linked"], flush=False)

    @api.constrains("parent_id", "is_company")
    def _check_counterparty_memberships(self):
        for partner in self:
            # memberships of companies the user is not in count as well
            entity = partner.sudo()
            if entity.commercial_partner_id == entity or not entity.counterparty_is_linked:
                continue
            row = entity._find_counterparty_membership()
            if row:
                raise ValidationError(
                    self.env._(
                        "%(partner)s has holding memberships (%(membership)s) and cannot become a "
                        "contact of %(company)s. Merge the two, or delete its memberships first.",
                        partner=entity.name,
                        membership=row._word_for_user(),
                        company=entity.commercial_partner_id._word_counterparty(),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counterparty_members(self):
        # memberships and groups of companies the user is not in count as well
        linked = self.sudo().filtered("counterparty_is_linked")
        for partner in linked:
            kept = partner._find_counterparty_membership() or partner._find_counterparty_group()
            if kept:
                raise UserError(
                    self.env._(
                        "%(partner)s cannot be deleted: it belongs to %(kept)s, and figures of the "
                        "past count it. Archive it instead, or delete that first.",
                        partner=partner.name,
                        kept=kept._word_for_user(),
                    )
                )

    def _word_counterparty(self):
        """Return the name of a partner, unless the user may not see it.

        What contradicts a change may belong to a company that the user is not in.
        """
        self.ensure_one()
        if self.sudo(False)._filtered_access("read"):
            return self.display_name or self.name
        return self.env._("a counterparty of another company")

    def _find_counterparty_membership(self):
        """Return one membership of a partner, if there is any."""
        self.ensure_one()
        return self.env["counterparty.membership"].search(
            ["|", ("owner_id", "=", self.id), ("member_id", "=", self.id)], limit=1
        )

    def _find_counterparty_group(self):
        """Return one group that names a partner as head or by hand, if there is any."""
        self.ensure_one()
        named = Domain("head_id", "=", self.id) | Domain("exception_ids.partner_id", "=", self.id)
        Holding = self.env["counterparty.holding"].with_context(active_test=False)
        return Holding.search(named, limit=1)

    def _get_counterparty_holding_lines(self):
        """Return the line of the banner for a contact whose own memberships no group counts."""
        entity = self.commercial_partner_id
        # only contacts that were companies once cost a query
        if entity == self or not self.counterparty_is_linked:
            return []
        # memberships of companies the user is not in count as well
        if not self.sudo()._find_counterparty_membership():
            return []
        text = self.env._(
            "%(contact)s has holding memberships of its own, but is a contact of %(company)s: "
            "no group counts them. Merge the two, or take it out of %(company)s.",
            contact=self.name,
            company=entity.name,
        )
        return [BannerLine("warning", 40, text)]

    def _get_counterparty_holding_entries(self):
        """Return what the tile of the holding counts, of those who ever had memberships."""
        entity = self.commercial_partner_id
        if not entity.counterparty_is_linked or not self.env.user.has_group(AREA):
            return []
        ends = {
            "owner_id": ("members", self.env._("Members")),
            "member_id": ("owners", self.env._("Owners")),
        }
        return [
            TileEntry(
                "holding",
                key,
                label,
                "counterparty.membership",
                {end: entity.ids},
                action="counterparty_crm.counterparty_membership_action",
            )
            for end, (key, label) in ends.items()
        ]

    def _domain_counterparty_memberships(self):
        """Return the domain of the memberships in force of a counterparty."""
        entity = self.commercial_partner_id.id
        today = fields.Date.context_today(self)
        ends = Domain("owner_id", "=", entity) | Domain("member_id", "=", entity)
        return ends & self.env["counterparty.membership"]._domain_in_force(today)

    def _get_counterparty_entity(self):
        return self.commercial_partner_id._origin

    def action_add_counterparty_member(self):
        """Open the dialog of a new company in the holding of this counterparty."""
        return self._open_counterparty_membership("default_owner_id")

    def action_add_counterparty_owner(self):
        """Open the dialog of a new owner of this counterparty."""
        return self._open_counterparty_membership("default_member_id")

    def _open_counterparty_membership(self, end):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add membership"),
            "res_model": "counterparty.membership",
            "view_mode": "form",
            "target": "new",
            "context": {end: self.commercial_partner_id.id},
        }

    def action_open_counterparty_memberships(self):
        """Open all memberships of this counterparty, past ones too."""
        self.ensure_one()
        entity = self.commercial_partner_id.id
        return dict(
            self.env["ir.actions.act_window"]._for_xml_id(
                "counterparty_crm.counterparty_membership_action"
            ),
            domain=["|", ("owner_id", "=", entity), ("member_id", "=", entity)],
            context={},
        )

    def action_open_counterparty_ownership(self):
        """Open the page of who owns and controls the counterparty."""
        self.ensure_one()
        entity = self.commercial_partner_id
        page = self.env["counterparty.ownership"].create({"partner_id": entity.id})
        name = self.env._("Ownership of %(name)s", name=entity.name)
        return dict(page._get_records_action(), name=name)

    def action_open_counterparty_group(self):
        """Open the chart of the group of a counterparty, or the list of its groups.

        Who belongs to none any more is shown its memberships: when they ended, and by whom.
        """
        self.ensure_one()
        holdings = self.counterparty_holding_ids
        if not holdings:
            return self.action_open_counterparty_memberships()
        if len(holdings) == 1:
            return holdings.action_open_chart()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_holding_action"
        )
        return dict(action, domain=[("id", "in", holdings.ids)])
