from datetime import date

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_repr, format_date

from ..tools.membership import SUM_TOLERANCE
from ..tools.periods import Period, covers, overlap, peak

PERCENT = (9, 6)
# owners that a refusal names
NAMED_OWNERS = 10


class CounterpartyMembershipRulesMixin(models.AbstractModel):
    """What memberships must keep to: ends, periods and shares that do not contradict."""

    _name = "counterparty.membership.rules.mixin"
    _description = "Rules of holding memberships"

    @api.onchange("owner_id", "member_id")
    def _onchange_contact(self):
        # a contact is refused on saving; here its company is offered at once
        for name in ("owner_id", "member_id"):
            partner = self[name]
            if partner and partner != partner.commercial_partner_id:
                self[name] = partner.commercial_partner_id

    @api.constrains("owner_id", "member_id", "kind_id")
    def _check_partners(self):
        for row in self:
            for partner in row.owner_id | row.member_id:
                if partner != partner.commercial_partner_id:
                    raise ValidationError(
                        self.env._(
                            "%(contact)s is a contact of %(company)s. A holding consists of "
                            "companies: choose %(company)s.",
                            contact=partner._word_counterparty(),
                            company=partner.commercial_partner_id._word_counterparty(),
                        )
                    )
            if row.owner_id == row.member_id and not row.kind_id.allows_self:
                raise ValidationError(
                    self.env._(
                        "%(partner)s cannot belong to itself. Own shares need a kind that allows "
                        "it.",
                        partner=row.owner_id._word_counterparty(),
                    )
                )

    @api.constrains(
        "share_basis", "equity_min", "equity_max", "has_voting", "voting_basis", "voting_min",
        "voting_max", "control", "control_document", "control_document_id",
    )  # fmt: skip
    def _check_shares(self):
        for row in self:
            if row.share_basis == "range" and row.equity_min > row.equity_max:
                raise ValidationError(
                    self.env._(
                        "%(membership)s: the smallest share is larger than the largest.",
                        membership=row.display_name,
                    )
                )
            votes = row._get_votes()
            if votes and votes[0] > votes[1]:
                raise ValidationError(
                    self.env._(
                        "%(membership)s: the smallest part of the votes is larger than the "
                        "largest.",
                        membership=row.display_name,
                    )
                )
            if row.control != "auto" and not (row.control_document or row.control_document_id):
                raise ValidationError(
                    self.env._(
                        "%(membership)s: control that does not follow from the votes needs its "
                        "register document.",
                        membership=row.display_name,
                    )
                )

    @api.constrains(
        "owner_id", "member_id", "kind_id", "date_from", "date_to", "share_basis", "equity",
        "equity_min", "status",
    )  # fmt: skip
    def _check_with_siblings(self):
        self.member_id._lock_counterparty_linked()
        # the row in the way first: a sum over 100 % often only follows from it
        siblings = self._get_siblings()
        self._check_overlap(siblings)
        self._check_equity_sum(siblings)

    def _check_overlap(self, siblings):
        for row in self:
            for other in siblings.get(row.member_id, self.browse()) - row:
                if other.kind_id != row.kind_id or not overlap(
                    row._get_period(), other._get_period()
                ):
                    continue
                if other.owner_id == row.owner_id:
                    row._raise_overlap(other)
                if row.kind_id.is_exclusive:
                    row._raise_exclusive(other)

    def _check_equity_sum(self, siblings):
        for member in self.member_id:
            rows = siblings[member].filtered(lambda row: row._counts_in_sum())
            total, day = peak([(row._get_period(), row._get_low_equity()) for row in rows])
            if total > 100 + SUM_TOLERANCE:
                self._raise_equity_sum(rows, total, day)

    def _raise_equity_sum(self, rows, total, day):
        """Refuse owners with more than all of a member, and name them with their shares.

        :param rows: the confirmed memberships of one member
        :param day: the first day of it; ``None`` when nobody knows since when they own it
        """
        first = day or date.min
        rows = rows.filtered(lambda row: covers(row._get_period(), first))
        rows = rows.sorted(lambda row: -row._get_low_equity())
        owners = [
            f"{row.owner_id._word_counterparty()}: {plain_percent(row._get_low_equity())} %"
            for row in rows[:NAMED_OWNERS]
        ]
        member = rows.member_id
        values = {"member": member.display_name, "total": plain_percent(total)}
        if day:
            message = self.env._(
                "The owners of %(member)s would have %(total)s %% on %(day)s. End or correct "
                "another membership, or mark this one as reported.",
                day=self._format_day(day),
                **values,
            )
        else:
            message = self.env._(
                "The owners of %(member)s would have %(total)s %% together. End or correct "
                "another membership, or mark this one as reported.",
                **values,
            )
        raise ValidationError("\n".join([message, *owners, *["…"][: len(rows) > NAMED_OWNERS]]))

    def _get_siblings(self):
        """Return ``{member: memberships}`` of all members of these rows."""
        # rows of companies the user is not in contradict as well
        rows = self.sudo().search([("member_id", "in", self.member_id.ids)])
        return rows.grouped("member_id")

    def _raise_overlap(self, other):
        raise ValidationError(
            self.env._(
                "%(member)s already belongs to %(owner)s as “%(kind)s” from %(start)s to %(end)s. "
                "End or correct that membership, or choose dates outside its period.",
                **other._get_message_values(),
            )
        )

    def _raise_exclusive(self, other):
        raise ValidationError(
            self.env._(
                "%(member)s can have only one owner as “%(kind)s”, and belongs to %(owner)s from "
                "%(start)s to %(end)s. End that membership the day before, or use “Move” on it.",
                **other._get_message_values(),
            )
        )

    def _get_message_values(self):
        return {
            "owner": self.owner_id._word_counterparty(),
            "member": self.member_id._word_counterparty(),
            "kind": self.kind_id.name,
            "start": self._format_day(self.date_from),
            "end": self._format_end(),
        }

    # ------------------------------------------------------------
    # Periods and shares
    # ------------------------------------------------------------

    @api.model
    def _domain_in_force(self, day):
        """Return the domain of memberships in force on a day."""
        started = Domain("date_from", "=", False) | Domain("date_from", "<=", day)
        going_on = Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        return started & going_on

    @api.model
    def _sql_in_force(self, alias, day, until=None):
        """Return the condition of memberships in force on a day, for SQL.

        :param until: in force on any day from the first to this one
        """
        start, end = SQL.identifier(alias, "date_from"), SQL.identifier(alias, "date_to")
        return SQL(
            """(%(start)s IS NULL OR %(start)s <= %(until)s)
               AND (%(end)s IS NULL OR %(end)s >= %(day)s)""",
            start=start,
            end=end,
            day=day,
            until=until or day,
        )

    def _get_period(self):
        self.ensure_one()
        return Period(self.date_from or None, self.date_to or None)

    def _get_low_equity(self):
        """Return the equity in percent that is certain."""
        if self.kind_id.is_whole:
            return 100.0
        return {"exact": self.equity, "range": self.equity_min}.get(self.share_basis, 0.0)

    def _counts_in_sum(self):
        return self.status == "confirmed" and self.kind_id.counts_ownership

    def _format_day(self, day):
        return format_date(self.env, day) if day else self.env._("an unknown day")

    def _format_end(self):
        return self._format_day(self.date_to) if self.date_to else self.env._("an open end")


def plain_percent(percent):
    """Return a percentage without superfluous zeros."""
    return float_repr(percent, PERCENT[1]).rstrip("0").rstrip(".")
