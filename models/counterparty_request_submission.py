import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize
from odoo.tools.misc import hmac

from ..tools import web_form

_logger = logging.getLogger(__name__)

FORM, PORTAL, ACTION, FOLLOW = "form", "portal", "action", "follow"
FORM_LIMIT = "counterparty_crm.request_form_limit"
DEFAULT_LIMIT = 10
LINK_CRON = "counterparty_crm.ir_cron_request_links"
LINK_TEMPLATE = "counterparty_crm.mail_template_request_link"
KEPT_HOURS = 48
# of one network, for each form that one visitor may send
ANSWERS_FACTOR = 50


class TooManySubmissionsError(Exception):
    """A visitor has sent more than is allowed in an hour or a day."""


class CounterpartyRequestSubmission(models.Model):
    """A form that came in over the web: one row each, so that limits hold on every server.

    Who sent it is kept as a salted hash, and nothing for longer than two days.
    """

    _name = "counterparty.request.submission"
    _description = "Web Form of a Request"
    _rec_name = "kind"

    kind = fields.Selection(
        [
            (FORM, "Web form"),
            (PORTAL, "Portal"),
            (ACTION, "Answer by a personal link"),
            (FOLLOW, "Follow my request"),
        ],
        required=True,
        readonly=True,
    )
    form_key = fields.Char(readonly=True, help="Sent with the form: a second click is no second.")
    address_hash = fields.Char("Sender", readonly=True)
    network_hash = fields.Char("Network", readonly=True)
    request_id = fields.Many2one("counterparty.request", readonly=True, ondelete="cascade")

    # what "Follow my request" asks for, until the link is on its way
    number = fields.Char(readonly=True)
    email = fields.Char("E-mail", readonly=True)
    is_waiting = fields.Boolean(readonly=True)

    _form_key_uniq = models.UniqueIndex("(form_key)", "This form has been sent already.")
    _address_idx = models.Index("(address_hash, create_date)")
    _network_idx = models.Index("(network_hash, create_date)")
    _waiting_idx = models.Index("(id) WHERE is_waiting")

    # ------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------

    @api.model
    def _accept(self, kind, key, address, network):
        """Take note of a form, once.

        :param key: comes with the form; a form that was sent before keeps its first row
        :param address: e-mail or user who sends
        :param network: internet address as the host gives it
        :return: the row, with ``request_id`` when this very form was handled before
        :raises TooManySubmissionsError: when the visitor has to wait
        """
        if known := self._is_known(key, kind, address):
            return known
        if key and self.search_count([("form_key", "=", key)], limit=1):
            # the key of another's form opens nothing
            key = None
        address_hash = self._hash(address)
        network_hash = self._hash(web_form.network(network))
        self._check_limits(kind, address_hash, network_hash)
        # of a double click the second waits here; it then fails with a serialization error,
        # which the host repeats, and finds the first above
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO counterparty_request_submission
                          (kind, form_key, address_hash, network_hash, create_uid, create_date)
                   VALUES (%s, %s, %s, %s, %s, %s)
              ON CONFLICT (form_key) DO NOTHING RETURNING id""",
                kind,
                key or None,
                address_hash,
                network_hash,
                self.env.uid,
                fields.Datetime.now(),
            )
        )
        return self.browse([row[0] for row in rows])

    @api.model
    def _is_known(self, key, kind, address):
        """Return the row of a form that the same sender has sent before, else nothing."""
        if not key:
            return self.browse()
        sender = [("kind", "=", kind), ("address_hash", "=", self._hash(address))]
        return self.search([("form_key", "=", key), *sender], limit=1)

    @api.model
    def _check_limits(self, kind, address_hash, network_hash):
        limit = self._get_limit()
        # staff who try the pages out share one network with everybody
        checks = [(SQL("address_hash = %s", address_hash), address_hash, limit)]
        # an office answers for sixty clients; each answer is held to its own link
        factor = ANSWERS_FACTOR if kind == ACTION else web_form.NETWORK_FACTOR
        if kind != PORTAL:
            of_network = SQL("network_hash = %s AND kind = %s", network_hash, kind)
            checks.append((of_network, network_hash, limit * factor))
        for where, value, allowed in checks:
            if value and web_form.is_too_many(*self._count(where), allowed):
                raise TooManySubmissionsError(kind)

    @api.model
    def _count(self, where):
        now = fields.Datetime.now()
        [counts] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*) FILTER (WHERE create_date > %(hour)s), COUNT(*)
                     FROM counterparty_request_submission
                    WHERE %(where)s AND create_date > %(day)s""",
                where=where,
                hour=now - timedelta(hours=web_form.HOUR),
                day=now - timedelta(hours=web_form.DAY),
            )
        )
        return counts

    @api.model
    def _get_limit(self):
        """Return how many forms one visitor may send in an hour."""
        # what strangers may do is set by the system
        value = self.env["ir.config_parameter"].sudo().get_param(FORM_LIMIT)
        return int(value) if value and value.isdigit() and int(value) else DEFAULT_LIMIT

    @api.model
    def _hash(self, value):
        return hmac(self.env(su=True), self._name, value) if value else False

    @api.autovacuum
    def _gc_submissions(self):
        limit = fields.Datetime.now() - timedelta(hours=KEPT_HOURS)
        self.search([("create_date", "<", limit)]).unlink()

    # ------------------------------------------------------------
    # Follow my request
    # ------------------------------------------------------------

    def _ask_for_link(self, number, email):
        """Remember who wants the link to which request; the job looks whether there is one.

        So the page answers the same, and as fast, whether the request exists or not.
        """
        self.write({"number": number, "email": email, "is_waiting": True})
        # the job belongs to the system, its turn to whoever asks
        self.env.ref(LINK_CRON).sudo()._trigger()

    @api.model
    def _cron_send_links(self):
        """Send the personal links that were asked for, to the addresses on file only."""
        waiting = self.search([("is_waiting", "=", True)], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for submission in waiting:
            row = submission.try_lock_for_update()
            row.invalidate_recordset()
            if row.is_waiting:
                row._send_link()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _send_link(self):
        self.ensure_one()
        template = self.env.ref(LINK_TEMPLATE)
        requests = self._find_asked()
        values = {"email_to": self.email}
        try:
            # a text that somebody broke must not hold up the others
            with self.env.cr.savepoint():
                template.send_mail_batch(requests.ids, email_values=values)
        except Exception:
            _logger.warning("No link for requests %s", requests.ids, exc_info=True)
        self.write({"number": False, "email": False, "is_waiting": False})

    def _find_asked(self):
        """Return the requests of this number whose address on file is the one that was given."""
        self.ensure_one()
        requests = self.env["counterparty.request"].search(
            [("number", "=", self.number), ("confidentiality", "=", "partner")]
        )
        return requests.filtered(
            lambda request: (
                self.email
                and self.email
                in (email_normalize(request.partner_email), request.partner_id.email_normalized)
            )
        )
