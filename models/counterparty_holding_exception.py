from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import periods


class CounterpartyHoldingException(models.Model):
    """A company that somebody counts to a group, or leaves out of it, from day to day.

    What belongs to it comes along, or stays out where it belongs to the group only through it.
    """

    _name = "counterparty.holding.exception"
    _inherit = ["counterparty.merge.mixin"]
    _description = "Exception of a Holding"
    _order = "holding_id, choice desc, date_from desc, id desc"
    _rec_name = "partner_id"

    holding_id = fields.Many2one(
        "counterparty.holding", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Company",
        required=True,
        index=True,
        ondelete="restrict",
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
    )
    choice = fields.Selection(
        [("include", "Also included"), ("exclude", "Left out")], required=True, default="include"
    )
    date_from = fields.Date(
        "Since",
        default=fields.Date.context_today,
        help="First day. Empty: always was so, and figures of the past change.",
    )
    date_to = fields.Date("Until", help="Last day. Empty while it goes on.")

    _open_uniq = models.UniqueIndex(
        "(holding_id, partner_id, choice) WHERE date_to IS NULL",
        "This company is already included or left out without an end.",
    )
    _period_valid = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day of an exception cannot be before its first."
    )

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id:
            self.partner_id = self.partner_id.commercial_partner_id

    @api.constrains("holding_id", "partner_id", "choice", "date_from", "date_to")
    def _check_overlap(self):
        siblings = self.search([("holding_id", "in", self.holding_id.ids)])
        for row in self:
            for other in siblings - row:
                if row._get_key() == other._get_key() and periods.overlap(
                    row._get_period(), other._get_period()
                ):
                    row._raise_overlap(other)

    def _raise_overlap(self, other):
        raise ValidationError(
            self.env._(
                "%(company)s is already an exception of %(group)s from %(start)s to %(end)s. "
                "Change that line, or choose dates outside its period.",
                company=other.partner_id.display_name,
                group=other.holding_id.name,
                start=self._format_day(other.date_from),
                end=self._format_day(other.date_to),
            )
        )

    def _format_day(self, day):
        return format_date(self.env, day) if day else self.env._("an unknown day")

    def _get_key(self):
        return self.holding_id, self.partner_id, self.choice

    def _get_period(self):
        self.ensure_one()
        return periods.Period(self.date_from or None, self.date_to or None)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # ends not written yet would meet the successors in the unique index
        self.flush_model(["date_to"])
        rows = super().create([self._prepare_company_vals(vals) for vals in vals_list])
        rows.partner_id._mark_counterparty_linked()
        return rows

    def write(self, vals):
        result = super().write(self._prepare_company_vals(vals))
        if "partner_id" in vals:
            self.partner_id._mark_counterparty_linked()
        return result

    @api.model
    def _prepare_company_vals(self, vals):
        """Return values with the company in the place of a contact: groups count companies."""
        if not vals.get("partner_id"):
            return vals
        company = self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id
        return {**vals, "partner_id": company.id}

    # ------------------------------------------------------------
    # As of a day
    # ------------------------------------------------------------

    def _get_in_force(self, day, choice):
        """Return the rows of one choice that count on a day."""
        return self.filtered(
            lambda row: row.choice == choice and periods.covers(row._get_period(), day)
        )

    def _end(self, day):
        """Let rows count no longer from a day on; those that start later never did."""
        later = self.filtered(lambda row: row.date_from and row.date_from >= day)
        later.unlink()
        (self - later).write({"date_to": fields.Date.subtract(day, days=1)})

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    @api.model
    def _counterparty_merge(self, source, target):
        """Join the periods of companies that become one."""
        # groups of companies the user is not in name them as well
        rows = self.sudo().search(Domain("partner_id", "in", (source | target).ids), order="id")
        for same in rows.grouped(lambda row: (row.holding_id, row.choice)).values():
            kept = self.sudo().browse()
            for row in same:
                touching = kept.filtered(
                    lambda other, row=row: periods.gaps_joined(
                        [other._get_period(), row._get_period()]
                    )
                )
                if touching:
                    period = periods.joined(
                        [row._get_period(), *(other._get_period() for other in touching)]
                    )
                    (touching[1:] | row).unlink()
                    touching[0].write({"date_from": period.start, "date_to": period.end})
                    kept = kept - touching[1:]
                else:
                    kept |= row
        self.env.flush_all()
