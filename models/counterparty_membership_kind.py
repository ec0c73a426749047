from odoo import api, fields, models
from odoo.exceptions import UserError


class CounterpartyMembershipKind(models.Model):
    """A way in which one counterparty belongs to another: owned, branch, franchise, family."""

    _name = "counterparty.membership.kind"
    _description = "Kind of Holding Membership"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Short technical name, used in imports and exports."
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    is_core = fields.Boolean("Core", readonly=True, copy=False)

    counts_group = fields.Boolean(
        "Belongs to the Group",
        default=True,
        help="Members of this kind appear in the group and in its figures, "
        "unless the holding names its kinds itself.",
    )
    counts_credit = fields.Boolean(
        "Shares the Credit",
        default=True,
        help="Members of this kind draw on the credit limit of the group.",
    )
    counts_ownership = fields.Boolean(
        "Is Ownership", help="The equity counts in total shares, and its sum cannot exceed 100 %."
    )
    counts_control = fields.Boolean(
        "Gives Votes", help="The votes count in the question who controls whom."
    )
    is_exclusive = fields.Boolean(
        "One Owner Only", help="A member can have only one owner of this kind at a time: a branch."
    )
    is_whole = fields.Boolean(
        "Always 100 %", help="The member is part of its owner, so no percentage is asked: a branch."
    )
    allows_self = fields.Boolean(
        "May Own Itself", help="For treasury shares: a company that holds shares of its own."
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "There is already a kind of holding membership with this code."
    )

    @api.constrains("is_exclusive", "is_whole", "counts_ownership", "allows_self")
    def _check_memberships(self):
        # a rule binds the memberships that are there, those of other companies as well
        rows = self.env["counterparty.membership"].sudo().search([("kind_id", "in", self.ids)])
        rows._check_partners()
        rows._check_with_siblings()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_core_or_used(self):
        # memberships of companies the user is not in count too
        used = (
            self.env["counterparty.membership"]
            .sudo()
            ._read_group([("kind_id", "in", self.ids)], ["kind_id"], ["__count"])
        )
        counts = dict(used)
        for kind in self:
            if kind.is_core or counts.get(kind):
                raise UserError(
                    self.env._(
                        "“%(kind)s” cannot be deleted: it belongs to the core or is the kind of "
                        "%(count)s holding memberships. Archive it instead.",
                        kind=kind.name,
                        count=counts.get(kind, 0),
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for kind, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", f"{kind.code}_copy")
        return vals_list
