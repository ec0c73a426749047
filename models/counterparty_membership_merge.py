from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import membership as membership_rules


class CounterpartyMembershipMergeMixin(models.AbstractModel):
    """What becomes of the memberships of counterparties that become one."""

    _name = "counterparty.membership.merge.mixin"
    _inherit = ["counterparty.merge.mixin"]
    _description = "Merge of holding memberships"

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
