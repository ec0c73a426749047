from odoo import api, fields, models

from .counterparty_handover import ASSIGNED_AT, SILENT


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
    is_new_follower = fields.Boolean(
        "New Follower", readonly=True, help="The other person follows it only since the hand-over."
    )
    assigned_at = fields.Datetime(
        "Assigned Before", readonly=True, help="When the record had come to the first person."
    )
    is_given_back = fields.Boolean("Given Back", readonly=True)

    @api.depends("model")
    def _compute_model_name(self):
        for line in self:
            # names of models are no secret, and a manager may not read ir.model
            line.model_name = self.env["ir.model"].sudo()._get(line.model).name or line.model

    def _give_back(self):
        """Return the records that the other person still has; later changes of others stay."""
        # all are read before any goes back: a role follows its partner's salesperson by itself
        for lines, records in [(lines, lines._get_kept_records()) for lines in self._by_field()]:
            records.with_context(**SILENT).write(
                {lines[0].field: lines.handover_id.from_user_id.id}
            )
            given_back = lines.filtered(lambda line, ids=records.ids: line.res_id in ids)
            if followed := given_back.filtered("is_new_follower").mapped("res_id"):
                records.browse(followed).message_unsubscribe(
                    lines.handover_id.to_user_id.partner_id.ids
                )
            given_back._restore_moments(records)
            # users only read the lines
            given_back.sudo().is_given_back = True

    def _restore_moments(self, records):
        """Let records that note when they were assigned forget the hand-over.

        :param records: records of these lines, with the reach they were handed over with
        """
        if moment := ASSIGNED_AT.get(records._name):
            # the host sets the moment with every change of person: it comes afterwards
            for assigned_at, lines in self.grouped("assigned_at").items():
                records.browse(lines.mapped("res_id")).write({moment: assigned_at})

    def _by_field(self):
        """Return the lines in groups of one hand-over, model and field."""
        return self.grouped(lambda line: (line.handover_id, line.model, line.field)).values()

    def _get_kept_records(self):
        """Return the records of one model and field that the other person still has."""
        # the same reach as when they were handed over
        records = self.env[self[0].model].sudo().browse(self.mapped("res_id")).exists()
        return records.filtered_domain([(self[0].field, "=", self.handover_id.to_user_id.id)])
