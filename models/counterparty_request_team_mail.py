from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.mail_intake import add_token, build_token, read_token
from .counterparty_inbox_processing import REQUEST, TEST

QUARANTINE_CRON = "counterparty_crm.ir_cron_counterparty_quarantine"


class CounterpartyRequestTeamMail(models.AbstractModel):
    """The mailbox of a team: off until somebody has set it up and seen it work."""

    _name = "counterparty.request.team.mail.mixin"
    _description = "Mailbox of a Team"
    _inherit = ["mail.alias.mixin.optional"]

    mail_category_id = fields.Many2one(
        "counterparty.request.category",
        "Category of Mails",
        help="What a mail to this team is, until somebody looks at it; empty: the first category.",
    )
    acknowledge = fields.Boolean(
        "Acknowledge Requests",
        help="Whoever writes by mail or web form hears that the request has arrived, "
        "for the categories that want it.",
    )
    has_plus_address = fields.Boolean(
        "An Address for Each Request",
        readonly=True,
        help="Answers go to desk+number@…: found out by the test of the mailbox.",
    )
    mail_test_sent_at = fields.Datetime("Test Sent on", readonly=True, copy=False)
    mail_test_arrived_at = fields.Datetime("Test Arrived on", readonly=True, copy=False)
    quarantine_count = fields.Integer("Mails in Quarantine", compute="_compute_quarantine_count")

    def _compute_quarantine_count(self):
        counts = dict(
            self.env["counterparty.inbox"]._read_group(
                [("state", "=", "quarantine"), ("desk_team_id", "in", self.ids)],
                ["desk_team_id"],
                ["__count"],
            )
        )
        for team in self:
            team.quarantine_count = counts.get(team, 0)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_set_up_mailbox(self):
        """Open the wizard that gives the team a mailbox."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_mailbox_setup_action"
        )
        return {**action, "context": {"default_team_id": self.id}}

    def action_switch_off_mailbox(self):
        """Stop taking mails at the address of the team; requests and answers stay."""
        for team in self:
            team.check_access("write")
            if not team.alias_email:
                raise UserError(
                    self.env._("%(team)s has no mailbox to switch off.", team=team.display_name)
                )
            team.write({"acknowledge": False, "has_plus_address": False, "alias_name": False})
        self._switch_job()

    def action_open_quarantine(self):
        """Show the mails that wait for a decision of this team."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_inbox_action_quarantine"
        )
        return {**action, "domain": [("desk_team_id", "=", self.id), ("state", "=", "quarantine")]}

    # ------------------------------------------------------------
    # Mailbox
    # ------------------------------------------------------------

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("counterparty.request")
        if self.id:
            values["alias_defaults"] = repr({"team_id": self.id})
        return values

    def _switch_on_mailbox(self, name, domain):
        """Take mails at an address from now on."""
        self.ensure_one()
        self.write({"alias_name": name})
        if domain and self.alias_domain_id != domain:
            self.alias_domain_id = domain
        self._switch_job()

    @api.model
    def _switch_job(self):
        """Tell teams of their quarantine while one of them takes mails."""
        # jobs follow the mailboxes, whoever manages these
        teams = self.env["counterparty.request.team"].sudo()
        in_use = bool(teams.search_count([("alias_name", "!=", False)], limit=1))
        cron = self.env.ref(QUARANTINE_CRON).sudo()
        if cron.active != in_use:
            cron.active = in_use

    def _get_answer_address(self, request):
        """Return where answers to a mail about a request go, or False when there is no mailbox."""
        if not self.alias_email:
            return False
        if not self.has_plus_address:
            return self.alias_email
        secret = self.env["counterparty.inbox"]._get_secret()
        return add_token(self.alias_email, build_token(secret, REQUEST, request.id))

    # ------------------------------------------------------------
    # Test
    # ------------------------------------------------------------

    def _get_test_mark(self):
        self.ensure_one()
        return build_token(self.env["counterparty.inbox"].sudo()._get_secret(), TEST, self.id)

    def _note_test_arrived(self, envelope):
        """Take note that a test mail came back, and by which of the two addresses."""
        self.ensure_one()
        secret = self.env["counterparty.inbox"]._get_secret()
        values = {"mail_test_arrived_at": fields.Datetime.now()}
        if any(read_token(secret, TEST, address) == self.id for address in envelope.recipients):
            values["has_plus_address"] = True
        self.write(values)
