from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.reminders import Due

SUMMARY_CRON = "counterparty_crm.ir_cron_daily_summary"
SHOWN = 30


class CounterpartyReminderSummary(models.AbstractModel):
    """The mail that tells people in the morning what they have planned with counterparties."""

    _name = "counterparty.reminder.summary.mixin"
    _description = "Daily Summary"

    @api.model
    def _cron_send_summary(self):
        """Mail each user the plans of the day, once a day, and not on days off."""
        users = self._find_summary_users()
        self.env["ir.cron"]._commit_progress(remaining=len(users))
        for user in users:
            self._send_summary(user)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _find_summary_users(self):
        group = self.env.ref("counterparty_crm.group_user")
        # told are all who use ours, and want to be
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("share", "=", False),
                    ("counterparty_no_summary", "=", False),
                    ("email", "!=", False),
                ]
            )
        )

    @api.model
    def _send_summary(self, user):
        """Mail the plans of today, where there are any.

        :return: the mail, empty when there was nothing to say or it was said already
        """
        spoken = self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=user.company_ids.ids
        )
        today = fields.Date.context_today(spoken)
        nothing = self.env["mail.mail"]
        if today not in user._get_counterparty_working_days(today, today):
            return nothing
        plans = spoken._get_summary_plans()
        due = Due("summary", user.partner_id.id, user.id, today)
        if not plans or not self.sudo()._note([due], today):
            return nothing
        # the queue sends it: the person's own rights were asked for what it says
        return self.env["mail.mail"].sudo().create(spoken._prepare_summary_mail(user, plans))

    def _get_summary_plans(self):
        """Return what the user has missed and what is planned for today."""
        own = Domain("user_id", "=", self.env.uid) & Domain("state", "in", ["missed", "today"])
        return self.env["counterparty.plan.report"].search(own)

    def _prepare_summary_mail(self, user, plans):
        today = plans.filtered(lambda plan: plan.state == "today")
        missed = plans - today
        values = {
            "user": user,
            "today": today[:SHOWN],
            "missed": missed[:SHOWN],
            "more": len(today[SHOWN:]) + len(missed[SHOWN:]),
            "link": f"{user.get_base_url()}/odoo/counterparty-my-day",
        }
        body = self.env["ir.qweb"]._render("counterparty_crm.daily_summary", values)
        return {
            "subject": self.env._(
                "Your day: %(today)s planned, %(missed)s missed",
                today=len(today),
                missed=len(missed),
            ),
            "body_html": body,
            "email_to": user.email_formatted,
            "email_from": user.company_id.email_formatted or user.email_formatted,
            "auto_delete": True,
        }
