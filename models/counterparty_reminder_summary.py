from odoo import api, models
from odoo.fields import Domain

from ..tools.reminders import MORNING, NOON, Due

SUMMARY_CRON = "counterparty_crm.ir_cron_daily_summary"
SHOWN = 30
MADE, SKIPPED = "made", "skipped"
# who has activities planned hears of them in the summary, not by a mail for each
SILENT = {"mail_activity_quick_update": True}


class CounterpartyReminderSummary(models.AbstractModel):
    """The mail that tells people in the morning what they have planned with counterparties."""

    _name = "counterparty.reminder.summary.mixin"
    _description = "Daily Summary"

    @api.model
    def _cron_send_summary(self):
        """Mail each user the plans of the day, once a day, and not on days off.

        Runs every hour: in each zone in the first hour of the morning.
        """
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
        users = (
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
        users = users.filtered(lambda user: MORNING <= user._get_counterparty_now().hour < NOON)
        days = users._get_counterparty_days()
        asked = [("kind", "=", "summary"), ("event_date", "in", list(set(days.values())))]
        told = {
            (note.user_id.id, note.event_date)
            # who was told is known to the jobs alone
            for note in self.env["counterparty.reminder"].sudo().search(asked)
        }
        return users.filtered(lambda user: (user.id, days[user.id]) not in told)

    @api.model
    def _send_summary(self, user):
        """Mail the plans of today, where there are any.

        :return: the mail, empty when there was nothing to say or it was said already
        """
        zone, today = user._get_counterparty_zone(), user._get_counterparty_days()[user.id]
        spoken = self.with_user(user).with_context(
            lang=user.lang, tz=zone, allowed_company_ids=user.company_ids.ids
        )
        nothing = self.env["mail.mail"]
        if today not in user._get_counterparty_working_days(today, today):
            return nothing
        plans = spoken._get_summary_plans()
        due = Due("summary", user.partner_id.id, user.id, today)
        # also without plans: what is planned later on needs no mail
        if not self.sudo()._note([due], MADE if plans else SKIPPED) or not plans:
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
