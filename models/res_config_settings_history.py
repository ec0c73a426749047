from odoo import api, fields, models

from ..tools.mail_filing import PRIVATE_ADDRESSES
from .counterparty_interaction_fill import DEFAULT_MONTHS, MONTHS
from .counterparty_reminder import AHEAD, CRON, DEFAULT_AHEAD, DEFAULT_LIMIT, LIMIT
from .counterparty_reminder_summary import SUMMARY_CRON
from .mail_thread_filing import EXCLUDED, FILE_SWITCH

GROUP_USER = "counterparty_crm.group_user"


class ResConfigSettings(models.TransientModel):
    """Settings of contacts and reminders: nothing tells anybody before it is switched on here."""

    _inherit = "res.config.settings"

    group_counterparty_history = fields.Boolean(
        "Interactions and Plans",
        implied_group="counterparty_crm.group_area_history",
        group=GROUP_USER,
    )
    counterparty_interaction_months = fields.Integer(
        "Months counted", config_parameter=MONTHS, default=DEFAULT_MONTHS
    )
    counterparty_interaction_found = fields.Integer(
        compute="_compute_counterparty_interaction_found"
    )
    counterparty_reminders = fields.Boolean("Reminders")
    counterparty_reminders_on = fields.Boolean()
    counterparty_reminder_limit = fields.Integer(
        "At most for one person and day", config_parameter=LIMIT, default=DEFAULT_LIMIT
    )
    counterparty_reminder_days_ahead = fields.Integer(
        "Days before the event", config_parameter=AHEAD, default=DEFAULT_AHEAD
    )
    counterparty_reminder_preview = fields.Char(compute="_compute_counterparty_reminder_preview")
    counterparty_reminder_start = fields.Selection(
        [
            ("now", "From now on: leave out what is due already"),
            ("all", "Begin with everything that is due"),
        ],
        default="now",
    )
    counterparty_summary = fields.Boolean("Daily Summary")
    counterparty_file_mail = fields.Boolean(
        "File Mails with Counterparties", config_parameter=FILE_SWITCH
    )
    counterparty_file_mail_excluded = fields.Char(
        "Never filed", config_parameter=EXCLUDED, default=PRIVATE_ADDRESSES
    )

    @api.depends(
        "counterparty_reminders",
        "counterparty_reminders_on",
        "counterparty_reminder_start",
        "counterparty_reminder_limit",
        "counterparty_reminder_days_ahead",
    )
    def _compute_counterparty_reminder_preview(self):
        for settings in self:
            # asked only by whoever is about to switch them on
            if not settings.counterparty_reminders or settings.counterparty_reminders_on:
                settings.counterparty_reminder_preview = False
                continue
            asked = {
                LIMIT: settings.counterparty_reminder_limit,
                AHEAD: settings.counterparty_reminder_days_ahead,
            }
            # what jobs would do is shown to the administrator
            reminders = self.env["counterparty.reminder"].sudo().with_context(**asked)
            from_now = settings.counterparty_reminder_start == "now"
            kinds, people, due = reminders._preview(from_now)
            settings.counterparty_reminder_preview = self.env._(
                "Today: %(made)s reminders for %(people)s people (%(birthdays)s birthdays and "
                "founding days, %(silence)s of long silence); %(due)s are due in all.",
                made=kinds.total(),
                people=people,
                birthdays=kinds["birthday"] + kinds["founded"],
                silence=kinds["silence"],
                due=due,
            )

    def _compute_counterparty_interaction_found(self):
        # of all companies, as it is undone in all
        found = self.env["counterparty.interaction"].sudo()
        count = found.search_count([("origin", "=", "install")])
        for settings in self:
            settings.counterparty_interaction_found = count

    @api.model
    def get_values(self):
        values = super().get_values()
        for name, job in (("counterparty_reminders", CRON), ("counterparty_summary", SUMMARY_CRON)):
            # whether a job runs is a setting like any other, its code is not shown
            job = self.env.ref(job, raise_if_not_found=False)
            values[name] = bool(job) and job.sudo().active
        values["counterparty_reminders_on"] = values["counterparty_reminders"]
        return values

    def set_values(self):
        was_on = self.get_values()["counterparty_reminders"]
        result = super().set_values()
        self._keep_zeros()
        is_on = self.group_counterparty_history and self.counterparty_reminders
        if is_on and not was_on and self.counterparty_reminder_start == "now":
            # the host has checked that an administrator saves the settings
            self.env["counterparty.reminder"].sudo()._start_from_now()
        if not self.group_counterparty_history:
            # a setting of ours: the area takes the filing of mails with it
            self.env["ir.config_parameter"].sudo().set_param(FILE_SWITCH, False)
        self._switch_job(CRON, is_on)
        self._switch_job(
            SUMMARY_CRON, self.group_counterparty_history and self.counterparty_summary
        )
        return result

    def _keep_zeros(self):
        """Keep what was set to nothing: the host forgets a zero, and the default comes back."""
        # settings of ours, saved by whoever may save the host's
        parameters = self.env["ir.config_parameter"].sudo()
        for key, value in (
            (LIMIT, self.counterparty_reminder_limit),
            (AHEAD, self.counterparty_reminder_days_ahead),
        ):
            if not value:
                parameters.set_param(key, "0")

    @api.onchange("group_counterparty_history")
    def _onchange_group_counterparty_history(self):
        """Let nobody be reminded by an area that is not there."""
        if not self.group_counterparty_history:
            self.counterparty_reminders = self.counterparty_summary = False
            self.counterparty_file_mail = False

    def action_count_counterparty_past(self):
        """Count contacts of the past again, as far back as the setting now says."""
        self.check_access("write")
        self.execute()
        # what was found belongs to no company and nobody
        added = self.env["counterparty.interaction"].sudo()._fill_at_install()
        return self._tell(self.env._("%(count)s interactions were added.", count=added))

    def action_forget_counterparty_past(self):
        """Remove what was found of the past, except what somebody has judged since."""
        self.check_access("write")
        # what was found belongs to no company and nobody
        removed = self.env["counterparty.interaction"].sudo()._undo_install()
        return self._tell(self.env._("%(count)s interactions were removed.", count=removed))

    @api.model
    def _tell(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
