from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools import request_states as states

JOB = "counterparty_crm.ir_cron_request_recompute"
CHUNK = 500
COMPANY, CALENDAR, ALWAYS = "company", "calendar", "always"


class CounterpartyRequestSlaRecompute(models.AbstractModel):
    """A service level whose open requests are worked out again when it or its hours change.

    Whoever changes hours or terms waits for nothing: a job walks the open requests by id, commits
    by the chunk and begins anew when something changes meanwhile.
    """

    _name = "counterparty.request.sla.recompute.mixin"
    _description = "Service Level That Keeps Its Requests up to Date"

    without_hours = fields.Boolean(
        "No Working Hours",
        readonly=True,
        copy=False,
        help="The calendar offers no hours any more: all hours are counted until it does.",
    )

    # open requests that are still to be worked out again, those after an id
    recompute_scope = fields.Selection(
        [("own", "Requests with this service level"), ("all", "All requests")],
        readonly=True,
        copy=False,
    )
    recompute_after_id = fields.Integer(readonly=True, copy=False)
    # the first that somebody worked on when its turn came
    recompute_skipped_id = fields.Integer(readonly=True, copy=False)

    _recompute_idx = models.Index("(id) WHERE recompute_scope IS NOT NULL")

    def _recompute_requests(self, everything=False):
        """Have the open requests worked out again in the background.

        :param everything: also those that have another service level so far
        """
        self.env.registry.clear_cache()
        if not self:
            return
        # calendars are kept by people who need not know of service levels
        slas = self.sudo().with_context(active_test=False)
        for sla in slas:
            scope = "all" if everything else sla.recompute_scope or "own"
            sla.write(
                {"recompute_scope": scope, "recompute_after_id": 0, "recompute_skipped_id": 0}
            )
        slas._note_missing_hours()
        job = self.env.ref(JOB, raise_if_not_found=False)
        if job:
            job.sudo()._trigger()

    @api.model
    def _recompute_for_calendars(self, calendars):
        """Have requests worked out again whose hours are counted by these calendars."""
        # also of companies the user is not in just now
        slas = self.sudo().with_context(active_test=False)
        companies = (
            self.env["res.company"].sudo().search([("resource_calendar_id", "in", calendars.ids)])
        )
        counted = Domain("clock", "=", CALENDAR) & Domain("calendar_id", "in", calendars.ids)
        if companies:
            counted |= Domain("clock", "=", COMPANY) & Domain(
                "company_id", "in", [False, *companies.ids]
            )
        slas.search(counted)._recompute_requests()

    def _note_missing_hours(self):
        """Flag service levels whose calendar has lost its hours, and tell their responsible."""
        for sla in self.filtered("active"):
            empty = sla._get_empty_calendar()
            if bool(empty) == sla.without_hours:
                continue
            sla.without_hours = bool(empty)
            if empty:
                sla.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=(sla.user_id or self.env.user).id,
                    summary=self.env._("%(calendar)s has no working hours", calendar=empty.name),
                    note=self.env._("All hours of the day are counted until it has some again."),
                )

    @api.model
    def _update_requests_of(self, partners):
        """Find the service level of open requests anew after the roles of partners changed."""
        if not partners or not self._has_terms_of_types():
            return
        # roles are kept by people who need not see the requests
        self._find_requests_of(partners)._update_service_level()

    @api.model
    def _find_requests_of(self, partners):
        """Return the open requests of partners, of whomever."""
        asked = Domain("commercial_partner_id", "in", partners.ids)
        # deadlines are the system's
        requests = self.env["counterparty.request"].sudo()
        return requests.search(Domain("state", "in", states.LIVE) & asked)

    @api.model
    def _update_for_roles_of_today(self):
        """Take account of roles that began or ended just now: nobody writes them.

        A week back, for the job may have rested, and somebody may have worked on a request.
        """
        begun = Domain("date_from", ">", "today -7d") & Domain("date_from", "<=", "today")
        ended = Domain("date_to", ">", "today -8d") & Domain("date_to", "<", "today")
        # the job works for all companies
        roles = self.env["counterparty.role"].sudo().search(begun | ended)
        if not roles or not self._has_terms_of_types():
            return
        requests = self._find_requests_of(roles.commercial_partner_id)
        for ids in split_every(CHUNK, requests.ids):
            # what somebody works on just now is looked at again tomorrow
            requests._claim(SQL("id = ANY(%s)", list(ids)), SQL("id"))._update_service_level()
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _has_terms_of_types(self):
        """Tell whether what is promised depends on the roles of whoever asks."""
        return any(terms.promise.kinds for terms in self._get_terms().values())

    @api.model
    def _cron_recompute(self):
        """Work out open requests again whose service level or calendar has changed."""
        self._update_for_roles_of_today()
        slas = self.sudo().with_context(active_test=False)
        waiting = slas.search([("recompute_scope", "!=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for sla in waiting:
            while sla._recompute_chunk():
                if not self.env["ir.cron"]._commit_progress():
                    return
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _recompute_chunk(self):
        """Work the next open requests out again.

        :return: whether there may be more of them
        """
        self.ensure_one()
        Request = self.env["counterparty.request"].sudo()
        domain = Domain("state", "in", states.LIVE) & Domain("id", ">", self.recompute_after_id)
        if self.recompute_scope == "own":
            domain &= Domain("sla_id", "=", self.id)
        elif self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        found = Request.search(domain, order="id", limit=CHUNK)
        if not found:
            self._end_recompute()
            return False
        begun = self.recompute_after_id
        # what somebody works on just now comes later
        requests = Request._claim(SQL("id = ANY(%s)", found.ids), SQL("id"))
        if self.recompute_after_id != begun or not self.recompute_scope:
            # hours or terms changed again before the lock was had
            return True
        skipped = found - requests
        if skipped and not self.recompute_skipped_id:
            self.recompute_skipped_id = skipped[0].id
        requests.filtered(lambda request: request.state in states.LIVE)._update_service_level()
        self.recompute_after_id = found[-1].id
        return True

    def _end_recompute(self):
        """Begin anew with the first request that was left out, if there was one."""
        first_id = self.recompute_skipped_id
        if not first_id:
            self.write({"recompute_scope": False, "recompute_after_id": 0})
            return
        self.write({"recompute_after_id": first_id - 1, "recompute_skipped_id": 0})
        again = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        # the job is the system's, whoever changed hours or terms
        self.env.ref(JOB).sudo()._trigger(at=again)
