import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import mail_decision as decision
from ..tools import request_states as states

_logger = logging.getLogger(__name__)

WAITING, SENT, REFUSED = "waiting", "sent", "refused"
ARRIVAL, SOLUTION = "arrival", "solution"
LIMITS = {
    "per_hour": ("counterparty_crm.acknowledgements_per_hour", decision.ACK_PER_HOUR),
    "per_day": ("counterparty_crm.acknowledgements_per_day", decision.ACK_PER_DAY),
    "per_minute": ("counterparty_crm.acknowledgements_per_minute", decision.ACK_PER_MINUTE),
}
RETRIES = 5
CHUNK = 100


class CounterpartyAcknowledgement(models.Model):
    """Word to whoever asked that a request has arrived or is solved, or why none was sent."""

    _name = "counterparty.acknowledgement"
    _description = "Acknowledgement"
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "address"

    request_id = fields.Many2one(
        "counterparty.request", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="request_id.company_id")
    kind = fields.Selection(
        [(ARRIVAL, "Arrival"), (SOLUTION, "Solution")],
        "Word of",
        default=ARRIVAL,
        required=True,
        readonly=True,
    )
    # a request that is solved again is told of again
    cycle = fields.Integer(readonly=True)
    address = fields.Char("To", readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    state = fields.Selection(
        [(WAITING, "Goes out now"), (SENT, "Sent"), (REFUSED, "Not sent")],
        required=True,
        readonly=True,
    )
    reason = fields.Selection(
        [
            ("address", "The address is not valid"),
            ("automatic", "A program wrote"),
            ("own", "It is an address of your own"),
            ("employee", "An employee wrote"),
            ("robot", "Nobody reads that address"),
            ("blocked", "The address is on the blacklist"),
            ("hour", "Enough within an hour"),
            ("day", "Enough within a day"),
            ("minute", "Too many to everybody within a minute"),
            ("template", "The text could not be made: check its template"),
            ("failed", "It failed: the log of the server says why"),
        ],
        "Why Not",
        readonly=True,
    )
    message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null")
    retries = fields.Integer(readonly=True)

    # what is known of the mail that is acknowledged
    automatic = fields.Boolean(readonly=True)
    is_employee = fields.Boolean(readonly=True)
    answered_id = fields.Many2one("mail.message", readonly=True, ondelete="set null")

    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")
    _sent_idx = models.Index("(date, address) WHERE state = 'sent'")

    @api.model
    def _count_sent(self, address):
        """Return how many went out within the last hour, day and minute, as limits count them."""
        now = fields.Datetime.now()
        hour, minute = now - timedelta(hours=1), now - timedelta(minutes=1)
        self.flush_model(["address", "date", "state"])
        row = self.env.execute_query(
            SQL(
                """SELECT count(*) FILTER (WHERE address = %(address)s AND date > %(hour)s),
                          count(*) FILTER (WHERE address = %(address)s),
                          count(*) FILTER (WHERE date > %(minute)s)
                     FROM counterparty_acknowledgement
                    WHERE state = 'sent' AND kind = 'arrival' AND date > %(day)s""",
                address=address,
                hour=hour,
                minute=minute,
                day=now - timedelta(days=1),
            )
        )[0]
        return dict(zip(("last_hour", "last_day", "last_minute"), row, strict=True))

    @api.model
    def _get_limits(self):
        get_param = self.env["ir.config_parameter"].sudo().get_param  # settings of the desk
        limits = {}
        for name, (key, default) in LIMITS.items():
            # anybody may type anything there: words go on with the usual limit
            value = str(get_param(key, default)).strip()
            limits[name] = int(value) if value.isdecimal() else default
        return limits

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send what waits, each in its turn, so that limits count what went before."""
        self.flush_model(["state"])
        while rows := self.env.execute_query(
            SQL(
                """SELECT id FROM counterparty_acknowledgement WHERE state = %s
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""",
                WAITING,
                CHUNK,
            )
        ):
            waiting = self.browse([id_ for (id_,) in rows])
            waiting._send()
            if not self.env["ir.cron"]._commit_progress(len(waiting)):
                break

    def _send(self):
        """Send acknowledgements that wait, or note down why they are not sent."""
        outdated = self.filtered(lambda word: word.kind == SOLUTION and not word._is_solved())
        for acknowledgement in self - outdated:
            acknowledgement._send_safely()
        outdated.unlink()

    def _send_safely(self):
        """Send one; when it fails, it must not hold up the others for ever."""
        try:
            with self.env.cr.savepoint():
                self.request_id._send_acknowledgement(self)
        except OperationalError:
            # the database says that it goes another time
            raise
        except Exception:
            _logger.exception("No acknowledgement of request %s", self.request_id.id)
            self.write({"state": REFUSED, "reason": "failed"})

    def _is_solved(self):
        """Tell whether the request is still solved, in the cycle the word is about."""
        self.ensure_one()
        request = self.request_id
        done = request.state in (states.SOLVED, states.CLOSED) and not request.merged_into_id
        return done and request.cycle == self.cycle

    @api.model
    def _retry_failed(self):
        """Send again what the mail server did not take, a few times within a day."""
        day = fields.Datetime.now() - timedelta(days=1)
        recent = self.search([("state", "=", SENT), ("date", ">=", day), ("retries", "<", RETRIES)])
        mails = self.env["mail.mail"].search(
            [
                ("mail_message_id", "in", recent.message_id.ids),
                ("state", "=", "exception"),
                ("failure_type", "in", ("mail_smtp", "unknown")),
            ]
        )
        if not mails:
            return
        for acknowledgement in recent.filtered(lambda ack: ack.message_id in mails.mail_message_id):
            acknowledgement.retries += 1
        mails.mark_outgoing()
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
