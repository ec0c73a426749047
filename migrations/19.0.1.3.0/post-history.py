"""Let mornings begin zone by zone, and keep what was said of documents with those who read them."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Run the morning's jobs every hour, unless somebody has chosen another rhythm."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in ("ir_cron_reminders", "ir_cron_daily_summary"):
        job = env.ref(f"counterparty_crm.{name}", raise_if_not_found=False)
        if job and (job.interval_number, job.interval_type) == (1, "days"):
            job.interval_type = "hours"
    # the activity holds the same words, for whoever may open its document
    cr.execute(
        """UPDATE counterparty_interaction said SET note = NULL
             FROM mail_activity done
            WHERE said.res_model = 'mail.activity' AND done.id = said.res_id
              AND said.note IS NOT NULL AND done.feedback IS NOT NULL
              AND done.res_model != 'res.partner'"""
    )
