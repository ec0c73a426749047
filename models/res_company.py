from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # holding
    counterparty_credit_mode = fields.Selection(
        [("off", "Off"), ("warn", "Warn"), ("block", "Block")],
        string="Group Credit",
        default="off",
        groups="counterparty_crm.group_manager,base.group_system",
    )

    def write(self, vals):
        result = super().write(vals)
        if "counterparty_credit_mode" in vals:
            self._switch_group_credit_job()
        return result

    def _switch_group_credit_job(self):
        """Let the job that repeats checks run only where some company checks."""
        # the switch of one company may not see the others
        companies = self.sudo().search([("counterparty_credit_mode", "in", ("warn", "block"))])
        job = self.env.ref("counterparty_crm.ir_cron_group_credit").sudo()
        job.active = bool(companies)
