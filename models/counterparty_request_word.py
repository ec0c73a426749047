import logging
from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import request_states as states

_logger = logging.getLogger(__name__)

CRON = "counterparty_crm.ir_cron_request_words"
# what is told of a request: to the team, but ASSIGNED to whoever got it
ARRIVED, ASSIGNED, RELEASED, WROTE = "arrived", "assigned", "released", "wrote"
# requests that nobody asked for by themselves: whoever makes them tells of them in one go
QUIET_CHANNELS = ("generator", "campaign")
# one word about many names no more of them
NAMED = 20
TRIGGERED = "counterparty_request_words"
# set while the job gives word of assignments
TELLING = "counterparty_request_telling"


class CounterpartyRequestWord(models.AbstractModel):
    """Word to those who work on requests.

    What happened is written down with the request, and a job tells of it right after: whoever
    enters a request, and the server that brings a mail, do not wait until everybody is told, and
    of what came together there is one word.
    """

    _name = "counterparty.request.word.mixin"
    _description = "Word of Requests"

    untold = fields.Selection(
        [
            (ARRIVED, "New request"),
            (ASSIGNED, "Assigned"),
            (RELEASED, "Nobody works on it any more"),
            (WROTE, "The counterparty wrote"),
        ],
        "Still to Be Told",
        readonly=True,
        copy=False,
    )
    untold_by_id = fields.Many2one("res.users", "Done by", readonly=True, copy=False)

    _untold_idx = models.Index("(id) WHERE untold IS NOT NULL")

    # ------------------------------------------------------------
    # Written down
    # ------------------------------------------------------------

    @api.model
    def _prepare_first_word(self, vals):
        """Return what is to be told of a new request, as values of it."""
        context = self.env.context
        if (
            not self.env.registry.ready
            or context.get("tracking_disable")
            or vals.get("channel") in QUIET_CHANNELS
        ):
            return {}
        user_id = vals.get("user_id")
        if user_id == self.env.uid or (user_id and context.get("mail_auto_subscribe_no_notify")):
            return {}
        return {"untold": ASSIGNED if user_id else ARRIVED, "untold_by_id": self.env.uid}

    def _tell_later(self, word):
        """Write down what happened to requests; the job tells of it.

        :param word: what happened; a request that is told of soon needs no second word, unless
            it concerns one person
        """
        if not self.env.registry.ready:
            return
        # what is told is written by what happens, whoever did it
        waiting = self.sudo().filtered(
            lambda request: (
                request.untold != word and not (word in (WROTE, ARRIVED) and request.untold)
            )
        )
        waiting.write({"untold": word, "untold_by_id": self.env.uid})
        self._trigger_words()

    @api.model
    def _trigger_words(self):
        """Let the job run once this transaction is over.

        As ``ir.cron._trigger()`` does, in one statement instead of two.
        """
        if self.env.cr.precommit.data.get(TRIGGERED):
            return
        self.env.cr.precommit.data[TRIGGERED] = True
        # the job is the system's, whoever does something worth a word
        job_id = self.env["ir.model.data"].sudo()._xmlid_to_res_id(CRON)
        self.env["ir.cron"].flush_model(["active"])
        called = self.env.execute_query(
            SQL(
                """INSERT INTO ir_cron_trigger
                          (cron_id, call_at, create_uid, create_date, write_uid, write_date)
                   SELECT id, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM ir_cron WHERE id = %(job_id)s AND active
                RETURNING id""",
                now=fields.Datetime.now(),
                uid=self.env.uid,
                job_id=job_id,
            )
        )
        if called:
            self.env.cr.postcommit.add(self.env["ir.cron"]._notifydb)

    def _message_auto_subscribe_notify(self, partner_ids, template):
        if self.env.context.get(TELLING):
            return super()._message_auto_subscribe_notify(partner_ids, template)
        # the host tells at once
        if self and not self.env.context.get("mail_auto_subscribe_no_notify"):
            self._tell_later(ASSIGNED)
        return None

    # ------------------------------------------------------------
    # Told
    # ------------------------------------------------------------

    @api.model
    def _cron_tell(self):
        """Acknowledge what was written, then tell teams and people what happened."""
        self.env["counterparty.acknowledgement"]._cron_send()
        while requests := self._claim(SQL("untold IS NOT NULL"), SQL("id")):
            requests._tell_safely()
            if not self.env["ir.cron"]._commit_progress(len(requests)):
                break

    def _tell_safely(self):
        """Tell of all at once, or one by one when one of them fails."""
        try:
            with self.env.cr.savepoint():
                self._tell_words()
        except Exception:
            _logger.warning("Word of requests is given one by one", exc_info=True)
            for request in self:
                request._tell_alone()

    def _tell_alone(self):
        try:
            with self.env.cr.savepoint():
                self._tell_words()
        except Exception:
            # a word that cannot be given must not hold up the others for ever
            _logger.exception("No word of request %s", self.id)
            self.write({"untold": False, "untold_by_id": False})

    def _tell_words(self):
        """Give one word to all who hear the same."""
        heard = defaultdict(list)
        for request in self.sorted("id"):
            for user in request._get_listeners():
                heard[user, request.untold, request.untold_by_id].append(request.id)
        listeners = defaultdict(list)
        for (user, word, actor), ids in heard.items():
            listeners[user.lang, word, actor, tuple(ids)].append(user.id)
        self.write({"untold": False, "untold_by_id": False})
        for (lang, word, actor, ids), user_ids in listeners.items():
            # the word is of whoever did it, with the rights of the system
            requests = self.browse(ids).with_user(actor or self.env.user).sudo()
            requests = requests.with_context(lang=lang)
            requests._give_word(word, requests.env["res.users"].browse(user_ids).partner_id)

    def _get_listeners(self):
        """Return who hears of a request now: not who did it, and nobody once it is taken."""
        self.ensure_one()
        if self.untold == ASSIGNED:
            return self.user_id.filtered("active") - self.untold_by_id
        if self.state not in states.LIVE or self._filter_reachable(self.user_id):
            return self.user_id.browse()
        members = self.team_id.member_ids._filter_able(self.category_id)
        return members.user_id.filtered("active") - self.untold_by_id

    def _give_word(self, word, partners):
        """Tell people of requests, each as they prefer.

        :param partners: the people; they read the same language
        """
        if len(self) > 1:
            self._give_common_word(word, partners)
        elif word == ASSIGNED:
            telling = self.with_context(**{TELLING: True})
            telling._message_auto_subscribe_notify(partners.ids, "mail.message_user_assigned")
        else:
            title = dict(self._fields["untold"]._description_selection(self.env))[word]
            self.message_notify(
                partner_ids=partners.ids,
                subject=f"{title}: {self.display_name}",
                body=" · ".join([title, *self._get_word_facts()]),
                email_layout_xmlid="mail.mail_notification_layout",
            )

    def _give_common_word(self, word, partners):
        body = Markup("<ul>%s</ul>") % Markup("").join(
            Markup("<li>%s %s</li>")
            % (request._get_html_link(title=request.number), " · ".join(request._get_word_facts()))
            for request in self[:NAMED]
        )
        if len(self) > NAMED:
            more = self.env._("and %(count)s more", count=len(self) - NAMED)
            body += Markup("<p>%s</p>") % more
        self.env["mail.thread"].message_notify(
            partner_ids=partners.ids, subject=self._get_common_title(word), body=body
        )

    def _get_common_title(self, word):
        count = len(self)
        return {
            ARRIVED: self.env._("New requests: %(count)s", count=count),
            ASSIGNED: self.env._("Requests assigned to you: %(count)s", count=count),
            RELEASED: self.env._("Requests nobody works on any more: %(count)s", count=count),
            WROTE: self.env._("Requests the counterparty wrote on: %(count)s", count=count),
        }[word]

    def _get_word_facts(self):
        """Return who asks, for what kind of thing, and for what."""
        who = self.commercial_partner_id.name or self.partner_name or self.partner_email
        return list(filter(None, (who, self.category_id.name, self.name)))
