import base64
import logging
from email.message import EmailMessage

from odoo.tools import mute_logger

from .common_request import RequestCase

ADA = "Ada Vale <ada@northwind.example>"
DESK = "desk@ours.example"
QUIET = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.counterparty_crm.models.counterparty_inbox",
    "odoo.addons.counterparty_crm.models.counterparty_inbox_posting",
    "odoo.addons.counterparty_crm.models.counterparty_request_acknowledgement",
)


class RequestMailCase(RequestCase):
    """A team with a mailbox; mails come in as bytes through the gateway of the host."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.mail_domain = cls.env["mail.alias.domain"].create({"name": "ours.example"})
        company.alias_domain_id = cls.mail_domain
        company.email = "office@ours.example"
        cls.team.mail_category_id = cls.categories["help"]
        cls.team._switch_on_mailbox("desk", cls.mail_domain)
        cls.freight.email = "office@northwind.example"
        cls.ada.write({"email": "ada@northwind.example", "parent_id": cls.freight.id})
        cls.ben.email = "ben@foods.example"
        cls.env.flush_all()
        cls.registry_enter_test_mode_cls()

    def setUp(self):
        super().setUp()
        for name in QUIET:
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)

    # ------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------

    _count = 0

    def _mail(self, body="The second pallet is missing.", files=(), html=None, **headers):
        """Return a mail of Ada to the desk as bytes; headers with underscores, None: left out."""
        type(self)._count += 1
        message = EmailMessage()
        wanted = {
            "From": ADA,
            "To": DESK,
            "Subject": "A pallet is missing",
            "Message-ID": f"<{self._count}@northwind.example>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for name, value in wanted.items():
            if value is not None:
                message[name] = value
        message.set_content(body)
        if html:
            message.add_alternative(html, subtype="html")
        for name, content in files:
            message.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        return message.as_bytes()

    def _gateway(self, raw, model=None):
        """Hand a mail to the host as the mail server does; return the request it went to."""
        self.env.flush_all()
        with mute_logger("odoo.sql_db"):
            request_id = self.env["mail.thread"].message_process(model, raw)
        self.env.invalidate_all()
        self.env["counterparty.acknowledgement"].search([("state", "=", "waiting")])._send()
        return self.env["counterparty.request"].browse(request_id)

    def _run_job(self, method="_cron_process"):
        """Run a job of incoming mail, which commits."""
        self.env.flush_all()
        with self.env.registry.cursor() as cr:
            getattr(self.env(cr=cr)["counterparty.inbox"], method)()
        self.env.invalidate_all()

    def _receive(self, *args, **headers):
        return self._gateway(self._mail(*args, **headers))

    def _inbox(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["counterparty.inbox"].search(domain, order="id")

    def _last(self):
        return self.env["counterparty.inbox"].search([], order="id desc", limit=1)

    def _requests(self):
        return self.env["counterparty.request"].search([("team_id", "=", self.team.id)])

    def _messages(self, request):
        return request.message_ids.filtered(lambda message: message.message_type == "email")

    def _answer(self, request, **headers):
        """Let Ada answer the last message of a request."""
        last = request.message_ids.filtered("message_id").sorted("id")[-1:]
        headers.setdefault("Subject", f"Re: [{request.number}] {request.name}")
        headers.setdefault("In_Reply_To", last.message_id)
        return self._receive(**headers)

    def _raw(self, mail):
        return base64.b64decode(mail.with_context(bin_size=False).raw)
