"""Let nobody but administrators start our jobs by hand."""

from odoo import SUPERUSER_ID, Command, api


def migrate(cr, version):
    """Give our jobs the group that those of new databases have.

    The host lets every login run an action that names no group.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    names = env["ir.model.data"].search(
        [("module", "=", "counterparty_crm"), ("model", "=", "ir.cron")]
    )
    jobs = env["ir.cron"].with_context(active_test=False).browse(names.mapped("res_id")).exists()
    administrators = env.ref("base.group_system")
    for job in jobs.filtered(lambda job: not job.group_ids):
        job.group_ids = [Command.link(administrators.id)]
