from odoo import api, fields, models

from .counterparty_handover import SILENT


class CounterpartyHandoverLine(models.Model):
    """One record that a hand-over moved from one person to the other."""

    _name = "counterparty.handover.line"
    _description = "Record Handed Over"
    _order = "model, id"

    handover_id = fields.Many2one(
        "counterparty.handover", required=True, index=True, ondelete="cascade", readonly=True
    )
    model = fields.Char(required=True, readonly=True)
    field = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="model", required=True, readonly=True)
    name = fields.Char(readonly=True)
    model_name = fields.Char("Kind", compute="_compute_model_name")
    is_given_back = fields.Boolean("Given Back", readonly=True)

    @api.depends("model")
    def _compute_model_name(self):
        for line in self:
            # names of models are no secret, and a manager may not read ir.model
            line.model_name = self.env["ir.model"].sudo()._get(line.model).name or line.model

    def _give_back(self):
        """Return the records that the other person still has; later changes of others stay."""
        for (model, field, handover), lines in self.grouped(
            lambda line: (line.model, line.field, line.handover_id)
        ).items():
            # the same reach as when they were handed over
            records = self.env[model].sudo().browse(lines.mapped("res_id")).exists()
            kept = records.filtered(lambda record, f=field, h=handover: record[f] == h.to_user_id)
            kept.with_context(**SILENT).write({field: handover.from_user_id.id})
            given_back = lines.filtered(lambda line, kept=kept: line.res_id in kept.ids)
            given_back.sudo().is_given_back = True
