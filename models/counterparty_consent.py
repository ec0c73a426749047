from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize, hash_sign
from odoo.tools.misc import verify_hash_signed
from odoo.tools.sql import escape_psql

SCOPE = "counterparty_crm.topics"
HOURS = 48
ASKED, GIVEN, WITHDRAWN = "asked", "given", "withdrawn"
TEMPLATE = "counterparty_crm.mail_template_topics"


class CounterpartyConsent(models.Model):
    """Somebody wants to hear about topics, or does not any more: what was said, when and how.

    Rows are never changed: the last one of an address and a topic counts.
    """

    _name = "counterparty.consent"
    _description = "Consent"
    _order = "id desc"
    _rec_name = "email"

    email = fields.Char("E-mail", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Person", readonly=True, index="btree_not_null", ondelete="set null"
    )
    kind = fields.Selection(
        [(ASKED, "Asked, not confirmed"), (GIVEN, "Given"), (WITHDRAWN, "Withdrawn")],
        "Consent",
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [("portal", "Portal"), ("web", "Public page"), ("mail", "Confirmed by mail")],
        required=True,
        readonly=True,
    )
    list_ids = fields.Many2many("mailing.list", string="Topics", readonly=True)
    text = fields.Text("As It Read", readonly=True, help="The words that were agreed to.")
    lang = fields.Char(readonly=True)

    def write(self, vals):
        # not even by the system
        if self:
            raise AccessError(self.env._("What was said about topics is not changed afterwards."))
        return super().write(vals)

    # ------------------------------------------------------------
    # Topics
    # ------------------------------------------------------------

    @api.model
    def _get_topics(self):
        """Return the topics that anybody may choose, sudoed: the host's public mailing lists."""
        # public lists are there for the public
        return self.env["mailing.list"].sudo().search([("is_public", "=", True)], order="name, id")

    @api.model
    def _get_text(self):
        """Return the words that somebody agrees to."""
        return self.env._(
            "I agree that %(company)s writes to me about these topics. I can withdraw at any time.",
            company=self.env.company.sudo().name,
        )

    @api.model
    def _get_chosen(self, email):
        """Return the topics that an address receives now, sudoed."""
        # the host keeps who receives what for its marketing people
        subscriptions = self.env["mailing.subscription"].sudo()
        normalized = email_normalize(email)
        if not normalized:
            return subscriptions.list_id
        return subscriptions.search(
            [("contact_id.email_normalized", "=", normalized), ("opt_out", "=", False)]
        ).list_id

    @api.model
    def _is_proved(self, email):
        """Tell whether the current user has proved to read mails to an address: by its login."""
        return email_normalize(self.env.user.login) == email_normalize(email)

    @api.model
    def _search_said(self, email, limit=None):
        """Return what the current user may know of what was said from an address, sudoed.

        Anybody may enter any address as its own: without a proof only what it said itself.
        """
        # what the visitor has said itself
        rows = self.sudo()
        normalized = email_normalize(email)
        if not normalized:
            return rows
        domain = [("email", "=", normalized)]
        if not self._is_proved(email):
            domain.append(("partner_id", "=", self.env.user.partner_id.id))
        return rows.search(domain, limit=limit)

    @api.model
    def _get_known(self, email):
        """Return the topics of an address that the current user may know and withdraw, sudoed."""
        chosen = self._get_chosen(email)
        if self._is_proved(email):
            return chosen
        given = self._search_said(email).filtered(lambda row: row.kind == GIVEN)
        return chosen & given.list_ids

    @api.model
    def _choose(self, email, topics, channel, name=None, partner=None):
        """Give and withdraw so that an address receives these of the offered topics.

        :param email: an address that is known to be the person's
        :param topics: among those offered
        """
        before = self._get_known(email) & self._get_topics()
        self._give(email, topics - before, channel, name, partner)
        self._withdraw(email, before - topics, channel, partner)

    @api.model
    def _give(self, email, topics, channel, name=None, partner=None):
        if not topics:
            return
        # the host keeps contacts of its mailings for marketing people
        contacts = self.env["mailing.contact"].sudo()
        if not contacts.search_count([("email_normalized", "=", email_normalize(email))], limit=1):
            contacts.create({"email": email, "name": name or email})
        topics._update_subscription_from_email(email, opt_out=False)
        self._log(GIVEN, email, topics, channel, partner)

    @api.model
    def _withdraw(self, email, topics, channel, partner=None):
        """Withdraw at once: mails that wait to be sent are not sent any more."""
        if not topics:
            return
        topics._update_subscription_from_email(email, opt_out=True)
        self._log(WITHDRAWN, email, topics, channel, partner)
        remaining = self._get_chosen(email)
        # what waits in the queue is the host's
        traces = (
            self.env["mailing.trace"]
            .sudo()
            .search(
                [
                    ("email", "=ilike", escape_psql(email_normalize(email))),
                    ("trace_status", "=", "outgoing"),
                    ("mass_mailing_id.contact_list_ids", "in", topics.ids),
                ]
            )
        )
        traces = traces.filtered(
            lambda trace: not (trace.mass_mailing_id.contact_list_ids & remaining)
        )
        mails = traces.mail_mail_id.filtered(lambda mail: mail.state == "outgoing")
        mails.cancel()
        traces.write({"trace_status": "cancel", "failure_type": "mail_optout"})

    @api.model
    def _log(self, kind, email, topics, channel, partner=None):
        # visitors say it, nobody else writes it
        return self.sudo().create(
            {
                "email": email_normalize(email),
                "partner_id": partner.id if partner else False,
                "kind": kind,
                "channel": channel,
                "list_ids": topics.ids,
                "text": self._get_text(),
                "lang": self.env.lang,
            }
        )

    # ------------------------------------------------------------
    # Confirmation by mail
    # ------------------------------------------------------------

    @api.model
    def _ask_by_mail(self, email, topics, channel, partner=None):
        """Queue the mail whose link confirms; nothing is received before."""
        consent = self._log(ASKED, email, topics, channel, partner)
        # visitors may not send mails; the text is the template's
        self.env.ref(TEMPLATE).sudo().send_mail(consent.id)
        return consent

    def _get_confirm_url(self):
        """Return the link of the mail."""
        self.ensure_one()
        # signing needs the secret of the database
        token = hash_sign(self.sudo().env, SCOPE, self.id, expiration_hours=HOURS)
        return f"{self.get_base_url()}/topics/confirm?token={token}"

    @api.model
    def _find_by_token(self, token):
        """Return what a link confirms, sudoed; nothing for a wrong or old one."""
        consents = self.sudo()
        try:
            number = verify_hash_signed(consents.env, SCOPE, token or "")
        except (ValueError, UnicodeError):
            return consents
        return consents.browse(number or []).exists().filtered(lambda row: row.kind == ASKED)

    def _confirm(self):
        """Give what was asked for; a second click changes nothing."""
        self.ensure_one()
        withdrawn = self.search(
            [("email", "=", self.email), ("kind", "=", WITHDRAWN), ("id", ">", self.id)]
        )
        missing = self.list_ids & self._get_topics()
        missing -= self._get_chosen(self.email) | withdrawn.list_ids
        self._give(self.email, missing, "mail", partner=self.partner_id)
