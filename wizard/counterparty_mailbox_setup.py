from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formataddr

from ..tools.mail_intake import add_token, clean_address


class CounterpartyMailboxSetup(models.TransientModel):
    """Gives a team a mailbox: address, test, a look at what senders get, then on."""

    _name = "counterparty.mailbox.setup"
    _description = "Set up a Mailbox"

    team_id = fields.Many2one("counterparty.request.team", required=True, ondelete="cascade")
    step = fields.Selection(
        [("address", "Address"), ("test", "Test")], default="address", required=True
    )

    # address
    alias_name = fields.Char(
        "Name of the Address",
        default=lambda self: self._get_team().alias_name,
        help="What stands before the @ of the address.",
    )
    alias_domain_id = fields.Many2one(
        "mail.alias.domain",
        "Mail Domain",
        default=lambda self: self._get_default_domain(),
    )
    has_domains = fields.Boolean(compute="_compute_has_domains")
    conflict = fields.Char("Used by", compute="_compute_conflict")
    is_ready = fields.Boolean(compute="_compute_conflict")
    has_server = fields.Boolean(compute="_compute_has_domains")
    mail_category_id = fields.Many2one(
        "counterparty.request.category",
        "Category of Mails",
        default=lambda self: self._get_team().mail_category_id,
        help="What a mail is until somebody looks at it; empty: the first category.",
    )
    acknowledge = fields.Boolean(
        "Acknowledge Requests",
        # a mailbox that is in use keeps what was decided
        default=lambda self: self._get_team().acknowledge or not self._get_team().alias_name,
        help="Senders hear that their request has arrived; programs and employees do not.",
    )

    # test
    address = fields.Char(compute="_compute_address")
    test_error = fields.Char("Test Not Sent", readonly=True)
    test_sent_at = fields.Datetime(related="team_id.mail_test_sent_at")
    test_arrived_at = fields.Datetime(related="team_id.mail_test_arrived_at")
    has_arrived = fields.Boolean(compute="_compute_has_arrived")
    has_plus_address = fields.Boolean(related="team_id.has_plus_address")
    preview = fields.Html("What Senders Get", readonly=True, sanitize=False)

    @api.model
    def _get_team(self):
        return self.env["counterparty.request.team"].browse(self.env.context.get("default_team_id"))

    @api.model
    def _get_default_domain(self):
        company = self._get_team().company_id or self.env.company
        return company.alias_domain_id or self.env["mail.alias.domain"].search([], limit=1)

    def _compute_has_domains(self):
        # whether mail can arrive at all is for those who set it up to know
        servers = self.env["fetchmail.server"].sudo()
        has_server = bool(servers.search_count([("state", "=", "done")], limit=1))
        has_domains = bool(self.env["mail.alias.domain"].search_count([], limit=1))
        for wizard in self:
            wizard.has_domains = has_domains
            wizard.has_server = has_server

    @api.depends("alias_name", "alias_domain_id")
    def _compute_address(self):
        for wizard in self:
            name = wizard.env["mail.alias"]._sanitize_alias_name(wizard.alias_name)
            domain = wizard.alias_domain_id.name
            wizard.address = clean_address(f"{name}@{domain}") if name and domain else False

    @api.depends("address", "team_id")
    def _compute_conflict(self):
        for wizard in self:
            wizard.conflict = wizard._find_conflict() if wizard.address else False
            wizard.is_ready = bool(wizard.address) and not wizard.conflict

    def _find_conflict(self):
        """Return who uses the address already, if anybody but the team itself."""
        self.ensure_one()
        domain = self.alias_domain_id
        if self.address in (domain.bounce_email, domain.catchall_email):
            return self.env._("the mail system itself")
        # addresses of other models are not readable for everybody, that they exist is
        alias = self.env["mail.alias"].sudo().search([("alias_full_name", "=", self.address)])
        alias -= self.team_id.sudo().alias_id
        if not alias:
            return False
        owner = alias[:1]
        if owner.alias_parent_model_id and owner.alias_parent_thread_id:
            parent = self.env[owner.alias_parent_model_id.model].sudo()
            parent = parent.browse(owner.alias_parent_thread_id).exists()
            if parent:
                return f"{parent.display_name} ({owner.alias_parent_model_id.name})"
        return owner.alias_model_id.name

    @api.depends("test_sent_at", "test_arrived_at")
    def _compute_has_arrived(self):
        for wizard in self:
            sent, arrived = wizard.test_sent_at, wizard.test_arrived_at
            wizard.has_arrived = bool(sent and arrived and arrived >= sent)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_test(self):
        """Send a test to the address and show what senders would get."""
        self.ensure_one()
        self._check_ready()
        self.test_error = self._send_test()
        self.preview = self._render_preview()
        self.step = "test"
        return self._reopen()

    def action_refresh(self):
        """Look whether the test has arrived."""
        return self._reopen()

    def action_back(self):
        """Go back to the address."""
        self.step = "address"
        return self._reopen()

    def action_switch_on(self):
        """Take mails at the address from now on."""
        self.ensure_one()
        self._check_ready()
        self.team_id.write(
            {"mail_category_id": self.mail_category_id.id, "acknowledge": self.acknowledge}
        )
        self.team_id._switch_on_mailbox(self.alias_name, self.alias_domain_id)
        return {"type": "ir.actions.act_window_close"}

    def _check_ready(self):
        self.team_id.check_access("write")
        if not self.address:
            raise UserError(
                self.env._("Enter the address of %(team)s first.", team=self.team_id.name)
            )
        if self.conflict:
            raise UserError(
                self.env._(
                    "%(address)s belongs to %(owner)s. Choose another address.",
                    address=self.address,
                    owner=self.conflict,
                )
            )

    def _reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_mailbox_setup_action"
        )
        return {**action, "res_id": self.id}

    # ------------------------------------------------------------
    # Test and preview
    # ------------------------------------------------------------

    def _send_test(self):
        """Send a mail to the address, and one with a plus; return what went wrong, if anything."""
        team = self.team_id
        mark = team._get_test_mark()
        team.write(
            {
                "mail_test_sent_at": fields.Datetime.now(),
                "mail_test_arrived_at": False,
                "has_plus_address": False,
            }
        )
        # the setter may send mails, the queue itself is the system's
        mails = (
            self.env["mail.mail"]
            .sudo()
            .create(
                [
                    {
                        "subject": self.env._("Test of the mailbox [%(mark)s]", mark=mark),
                        "body_html": Markup("<p>%s</p>")
                        % self.env._("This mail tests whether requests arrive. Please ignore it."),
                        "email_from": self.env.user.email_formatted
                        or formataddr((team.name, self.address)),
                        "email_to": address,
                        "auto_delete": True,
                    }
                    for address in (self.address, add_token(self.address, mark))
                ]
            )
        )
        mails.send()
        failed = mails.exists().filtered(lambda mail: mail.state == "exception")
        return failed[:1].failure_reason or False

    def _render_preview(self):
        """Return the acknowledgement in every language, as made for the last request."""
        Request = self.env["counterparty.request"]
        request = Request.search([("team_id", "=", self.team_id.id)], limit=1)
        request = request or Request.search([], limit=1)
        if request:
            return self._render_languages(request)
        # nothing there yet: a request for the eyes only, taken back at once
        savepoint = self.env.cr.savepoint()
        try:
            quiet = Request.with_context(tracking_disable=True)
            return self._render_languages(
                quiet.create({"name": self.env._("Your subject"), "team_id": self.team_id.id})
            )
        finally:
            savepoint.rollback()
            savepoint.close(rollback=True)

    def _render_languages(self, request):
        parts = []
        for code, name in self.env["res.lang"].get_installed():
            # rendered as the system renders it for a sender
            shown = request.sudo().with_context(lang=code)
            subject, body = shown._render_acknowledgement(code)
            parts.append(
                Markup(
                    "<div class='border rounded p-3 mb-2'><small class='text-muted'>%s</small>"
                    "<h5>%s</h5>%s</div>"
                )
                % (name, subject, body)
            )
        return Markup("").join(parts)
