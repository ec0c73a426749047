import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

SEND_CRON = "counterparty_crm.ir_cron_statement_send"
FOLLOW_CRON = "counterparty_crm.ir_cron_statement_follow_up"
KEEP_CRON = "counterparty_crm.ir_cron_statement_keep"
TEMPLATE = "counterparty_crm.mail_template_statement"
REMINDER = "counterparty_crm.mail_template_statement_reminder"
REPORT = "counterparty_crm.counterparty_statement_report"
CHUNK = 20
# a PDF of so many lines takes ten seconds, of ten times as many the host's time limit
MAX_PDF_LINES = 1500


class CounterpartyStatementSend(models.AbstractModel):
    """How a statement reaches its counterparty: by mail one by one, on paper, again as reminder."""

    _name = "counterparty.statement.send.mixin"
    _description = "Sending of Statements"

    sent_at = fields.Datetime("Sent on", readonly=True, copy=False)
    answer_by = fields.Date(
        "Answer by", copy=False, help="Without an answer by this day it counts as not answered."
    )
    reminder_count = fields.Integer("Reminders", readonly=True, copy=False)
    reminded_at = fields.Datetime("Reminded on", readonly=True, copy=False)
    send_error = fields.Char("Not Sent because", readonly=True, copy=False)
    paper_id = fields.Many2one(
        "ir.attachment",
        "Paper as Sent",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="Made once, when it was mailed, printed or asked for; it is found again as it was.",
    )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_send(self):
        """Put statements into the queue: a job mails them one by one.

        :raises UserError: when none of them can be mailed
        """
        ready = self.filtered(lambda record: record.state == "draft" and record.recipient_email)
        if not ready:
            raise UserError(
                self.env._(
                    "None of these can be mailed: they have gone out already, or nobody has an"
                    " e-mail address. Print them for signature instead."
                )
            )
        # what becomes of it is written by this alone
        ready.sudo().write({"state": "queued", "send_error": False})
        self._trigger(SEND_CRON)

    def action_mark_sent(self):
        """Note that statements went out on paper; a job keeps what nobody printed here."""
        drafts = self.filtered(lambda record: record.state == "draft")
        if drafts:
            drafts._set_answer_by()
            drafts._set_sent()
            drafts._trigger(KEEP_CRON)

    def action_remind(self):
        """Mail a reminder for what was not answered.

        :raises UserError: when there is nobody to remind
        """
        late = self.filtered(lambda record: record._can_remind())
        if not late:
            raise UserError(self.env._("There is nobody to remind: all answered, or no e-mail."))
        for record in late:
            record._mail(REMINDER)
        late._set_reminded()

    def _can_remind(self):
        self.ensure_one()
        return (
            self.kind == "confirmation"
            and self.state in ("sent", "silent")
            and bool(self.recipient_email)
        )

    # ------------------------------------------------------------
    # States
    # ------------------------------------------------------------

    def _set_sent(self):
        # what becomes of it is written by this alone
        self.sudo().write({"state": "sent", "sent_at": fields.Datetime.now(), "send_error": False})

    def _set_answer_by(self):
        """Count the days to answer from the day on which it goes out; a later day stays.

        :return: the statements whose day has moved
        """
        today = fields.Date.context_today(self)
        moved = self.browse()
        for record in self.filtered(lambda one: one.run_id and one.answer_by):
            day = fields.Date.add(today, days=record.run_id.answer_days)
            if record.answer_by < day:
                record.answer_by = day
                moved |= record
        return moved

    def _set_reminded(self):
        now = fields.Datetime.now()
        for record in self:
            record.write({"reminded_at": now, "reminder_count": record.reminder_count + 1})

    @api.model
    def _trigger(self, xmlid):
        # the job belongs to the system, its turn to whoever asks
        job = self.env.ref(xmlid, raise_if_not_found=False)
        if job:
            job.sudo()._trigger()

    # ------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------

    def _mail(self, template):
        """Mail a statement in the language of its counterparty, with the paper."""
        self.ensure_one()
        attachment = self._keep_file()
        self._portal_ensure_token()
        self.message_post_with_source(
            self.env.ref(template),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.recipient_id.ids,
            attachment_ids=attachment.ids,
            email_layout_xmlid="mail.mail_notification_light",
            force_send=False,
            **self._get_authorship(),
        )

    def _get_authorship(self):
        """Return whom the mail is from: whoever is responsible, else our company; not the job."""
        self.ensure_one()
        ours = (self.user_id.partner_id, self.company_id.partner_id)
        author = next((partner for partner in ours if partner.email), None)
        return {"author_id": author.id, "email_from": author.email_formatted} if author else {}

    def _get_file(self):
        """Return name and content of the paper: PDF, or HTML where no PDF can be made."""
        self.ensure_one()
        record = self.with_context(lang=self._get_lang())
        base = f"{self.name}-{self.date_to}"
        if record._can_make_pdf() and not record._is_long():
            return f"{base}.pdf", record._get_pdf()
        return f"{base}.html", record._get_html()

    def _get_lang(self):
        self.ensure_one()
        return self._choose_lang(self.recipient_id, self.partner_id, self.company_id.partner_id)

    @api.model
    def _choose_lang(self, *readers):
        """Return the language of the first of those who read a paper that has one."""
        # a language may have been taken away since
        known = {code for code, _name in self.env["res.lang"].get_installed()}
        return next((reader.lang for reader in readers if reader.lang in known), "en_US")

    def _is_long(self):
        """Tell whether the paper has too many lines for a PDF: it is given as a page."""
        self.ensure_one()
        content = self._get_content()
        lines = sum(len(ledger["lines"]) for ledger in content.get("ledgers", ()))
        return lines + len(content.get("open", ())) > MAX_PDF_LINES

    @api.model
    def _can_make_pdf(self):
        """Tell whether this server can make PDF files."""
        reports = self.env["ir.actions.report"].sudo()
        return reports.get_wkhtmltopdf_state() in ("ok", "workers")

    def _keep_file(self):
        """Keep the paper and return it: whatever becomes of layout and names, it stays as sent."""
        self.ensure_one()
        if kept := self._find_paper():
            return kept
        name, content = self._get_file()
        # whoever may issue or ask for the statement has its paper
        record = self.sudo()
        paper = record.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
        )
        if self.state != "cancelled":
            record.paper_id = paper
        return paper.sudo(self.env.su)

    def _find_paper(self):
        """Return the paper that was kept; none of what was withdrawn, which says so on its own."""
        self.ensure_one()
        # whoever sees the statement has its paper
        paper = self.sudo().paper_id if self.state != "cancelled" else self.paper_id.browse()
        return paper.sudo(self.env.su)

    def _get_costly_files(self):
        """Return which files of this take the server a second or more: pdf, xlsx, html.

        Visitors have them made by a button, where it is counted; looking makes nothing of it.
        """
        self.ensure_one()
        kinds = {"xlsx", "html"} if self._is_long() else set()
        if not self._find_paper() and (kinds or self._can_make_pdf()):
            kinds.add("pdf")
        return kinds

    def _get_pdf(self):
        """Return the paper as PDF: as it was sent, where it was one."""
        self.ensure_one()
        kept = self._find_paper().sudo()
        if kept.name and kept.name.endswith(".pdf"):
            return kept.raw
        reports = self.env["ir.actions.report"].sudo()
        return reports._render_qweb_pdf(REPORT, self.ids)[0]

    def _get_html(self):
        """Return the paper as a page of its own."""
        self.ensure_one()
        reports = self.env["ir.actions.report"].sudo()
        return reports._render_qweb_html(REPORT, self.ids)[0]

    # ------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Mail what waits, one by one; what cannot be mailed goes back with its reason."""
        waiting = self.search([("state", "=", "queued")], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for record in waiting:
            row = record.try_lock_for_update()
            row.invalidate_recordset(["state"])
            if row.state == "queued":
                row._send_one()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _send_one(self):
        self.ensure_one()
        try:
            # one broken address must not hold up the others
            with self.env.cr.savepoint():
                if self._set_answer_by():
                    # a paper from when it was prepared names the day counted from then
                    self.sudo().paper_id = False
                self._mail(TEMPLATE)
                self._set_sent()
        except Exception as error:
            _logger.warning("statement %s was not sent", self.name, exc_info=True)
            # what becomes of it is written by this alone
            self.sudo().write({"state": "draft", "send_error": str(error)[:200]})

    @api.model
    def _cron_keep(self):
        """Keep the papers of what has gone out, one by one."""
        out = [("state", "in", ("sent", "silent", "confirmed", "disputed"))]
        waiting = self.search([*out, ("paper_id", "=", False)], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for record in waiting:
            row = record.try_lock_for_update()
            row.invalidate_recordset(["paper_id"])
            if row and not row.paper_id:
                row._keep_one()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _keep_one(self):
        self.ensure_one()
        try:
            # one paper that cannot be made must not hold up the others
            with self.env.cr.savepoint():
                self._keep_file()
        except Exception:
            _logger.warning("the paper of %s was not kept", self.name, exc_info=True)

    @api.model
    def _cron_follow_up(self):
        """Remind where a run says so, then note what was not answered in time."""
        today = fields.Date.context_today(self)
        waiting = self.search(
            [("kind", "=", "confirmation"), ("state", "=", "sent"), ("answer_by", "<", today)]
        )
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for record in waiting:
            row = record.try_lock_for_update()
            row.invalidate_recordset(["state"])
            if row.state == "sent":
                row._follow_up(today)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _follow_up(self, today):
        self.ensure_one()
        days = self.run_id.remind_days
        if days and not self.reminder_count and self._can_remind():
            self._mail(REMINDER)
            self._set_reminded()
            self.answer_by = fields.Date.add(today, days=days)
        else:
            # what becomes of it is written by this alone
            self.sudo().state = "silent"
