"""Every hour instead of once a day: mornings begin zone by zone. Mailings are contacts, too."""

from odoo import SUPERUSER_ID, api

JOBS = ("ir_cron_lead_recall", "ir_cron_document_reminders")


def migrate(cr, version):
    """Have the jobs that tell people something run every hour, where nobody has changed them.

    Mailings of the last months are counted once, and who may see balances finds their lists.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in JOBS:
        job = env.ref(f"counterparty_crm.{name}", raise_if_not_found=False)
        if job and (job.interval_number, job.interval_type) == (1, "days"):
            job.write({"interval_type": "hours", "nextcall": env.cr.now().replace(microsecond=0)})
    env["counterparty.interaction"]._fill_mailings()
    env["res.config.settings"]._show_counterparty_balances()
