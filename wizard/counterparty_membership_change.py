from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class CounterpartyMembershipChange(models.TransientModel):
    """Ends, moves or corrects memberships as of a date and keeps what was before."""

    _name = "counterparty.membership.change"
    _description = "Change of Holding Memberships"

    membership_ids = fields.Many2many("counterparty.membership", required=True)
    change = fields.Selection(
        [
            ("end", "End: they belong no longer"),
            ("move", "Move: they belong to another owner"),
            ("share", "New share: they belong with another percentage"),
            ("correct", "Correct: what is written was never true"),
        ],
        required=True,
        default="end",
    )
    day = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="End: the last day. Move and new share: the first day of the new state; "
        "the present one ends the day before.",
    )
    owner_id = fields.Many2one(
        "res.partner",
        string="New Owner",
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
    )
    # empty for several memberships: what nobody chose is not written over their own shares
    share_basis = fields.Selection(
        [("exact", "Exact"), ("range", "Range"), ("unknown", "Not known")], string="Equity is"
    )
    equity = fields.Float("Equity %", digits=(9, 6))
    equity_min = fields.Float("At Least %", digits=(9, 6))
    equity_max = fields.Float("At Most %", digits=(9, 6))
    source = fields.Char(help="Where the change is known from.")

    @api.onchange("membership_ids")
    def _onchange_membership_ids(self):
        if len(self.membership_ids) == 1:
            row = self.membership_ids
            self.share_basis = row.share_basis
            self.equity, self.equity_min, self.equity_max = (
                row.equity,
                row.equity_min,
                row.equity_max,
            )

    def action_apply(self):
        """Write the change and, unless it is a correction, leave the past as it was."""
        self.ensure_one()
        rows = self.membership_ids
        if self.change == "correct":
            self._correct()
        elif self.change == "end":
            self._check_in_force(self.day)
            rows.write({"date_to": self.day})
        else:
            self._replace()
        return {"type": "ir.actions.act_window_close"}

    def _correct(self):
        """Write what was true from the start: owner, shares, source."""
        vals = self._prepare_share_vals()
        if self.owner_id:
            vals["owner_id"] = self.owner_id.commercial_partner_id.id
        if not vals:
            raise UserError(
                self.env._("Choose what to correct: the owner, the share or the source.")
            )
        self.membership_ids.write(vals)

    def _replace(self):
        """End the memberships the day before and create their successors."""
        if self.change == "move" and not self.owner_id:
            raise UserError(self.env._("Choose the new owner to move memberships to."))
        if self.change == "share" and not self._get_share_basis():
            raise UserError(self.env._("Choose the new share of the memberships."))
        last_day = self.day - timedelta(days=1)
        # the day that somebody chose is named first
        self._check_in_force(self.day)
        self._check_in_force(last_day)
        vals_list = [self._prepare_successor_vals(row) for row in self.membership_ids]
        self.membership_ids.write({"date_to": last_day})
        self.env["counterparty.membership"].create(vals_list)

    def _check_in_force(self, day):
        """Refuse a last day on which a membership was not in force.

        :raises UserError: naming the first such membership
        """
        for row in self.membership_ids:
            if (row.date_from and day < row.date_from) or (row.date_to and day > row.date_to):
                raise UserError(
                    self.env._(
                        "%(membership)s was not in force on %(day)s: it runs from %(start)s to "
                        "%(end)s. Choose another day, or correct its dates on its form.",
                        membership=row.display_name,
                        day=row._format_day(day),
                        start=row._format_day(row.date_from),
                        end=row._format_end(),
                    )
                )

    def _prepare_successor_vals(self, row):
        vals = row.copy_data({"date_from": self.day, "date_to": row.date_to})[0]
        if self.source:
            vals["source"] = self.source
        if self.change == "move":
            return {**vals, "owner_id": self.owner_id.commercial_partner_id.id}
        return {**vals, **self._prepare_share_vals()}

    def _prepare_share_vals(self):
        vals = {"source": self.source} if self.source else {}
        basis = self._get_share_basis()
        if not basis:
            return vals
        return {
            **vals,
            "share_basis": basis,
            "equity": self.equity if basis == "exact" else 0.0,
            "equity_min": self.equity_min if basis == "range" else 0.0,
            "equity_max": self.equity_max if basis == "range" else 0.0,
        }

    def _get_share_basis(self):
        """Return what kind of share was chosen, if any; a percentage alone is an exact one."""
        return self.share_basis or ("exact" if self.equity else False)
