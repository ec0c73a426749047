from odoo import fields, models

from ..tools.request_states import LIVE


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = [
        "res.users",
        "counterparty.workday.user.mixin",
        "counterparty.sale.fact.reference.mixin",
        "counterparty.portal.user.mixin",
    ]

    # profit
    _counterparty_fact_columns = ("user_id",)
    _counterparty_fact_optional = True

    # counterparty: readable by the job that sends, written by the person in the preferences
    counterparty_no_summary = fields.Boolean(
        "No Daily Summary",
        copy=False,
        groups="counterparty_crm.group_user",
        help="No mail in the morning about what you have planned with counterparties.",
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802 - the host calls it so
        return super().SELF_READABLE_FIELDS + ["counterparty_no_summary"]

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802 - the host calls it so
        return super().SELF_WRITEABLE_FIELDS + ["counterparty_no_summary"]

    # request: the teams whose requests somebody may change, for a record rule
    def _get_request_team_ids(self):
        """Return the ids of the teams somebody is in."""
        # who is in a team is known to the rule, whoever it is for
        members = self.env["counterparty.request.member"].sudo()
        return members.search([("user_id", "in", self.ids)]).team_id.ids

    # counterparty: who lost the right to see personal documents follows none of them any more
    def write(self, vals):
        # portal: before the host goes on as the system
        self._check_counterparty_own_name(vals)
        self._check_counterparty_own_lang(vals)
        result = super().write(vals)
        if vals.get("active") is False:
            # request: what those who leave had open waits for their team
            requests = self.env["counterparty.request"].sudo()
            requests.search([("user_id", "in", self.ids), ("state", "in", LIVE)])._release()
        if "group_ids" in vals:
            self.env["counterparty.document"]._drop_personal_traces()
        return result
