from odoo import api, fields, models

from ..tools.interactions import KINDS, PERSONAL_KINDS, kind_of_activity


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    # counterparty: without groups, as whoever finishes an activity counts it
    counterparty_kind = fields.Selection(
        [choice for choice in KINDS if choice[0] in PERSONAL_KINDS],
        "Counts as Interaction",
        compute="_compute_counterparty_kind",
        store=True,
        readonly=False,
        help="A done activity of this type is a contact with the counterparty. Empty: mere work.",
    )

    @api.depends("category")
    def _compute_counterparty_kind(self):
        email = self.env.ref("mail.mail_activity_data_email", raise_if_not_found=False)
        for kind in self:
            kind.counterparty_kind = kind_of_activity(kind.category, is_email=kind == email)
