from odoo import api, models


class ReportCounterpartyTimeline(models.AbstractModel):
    """The printed timeline: what the panel showed when it was asked for."""

    _name = "report.counterparty_crm.report_counterparty_timeline"
    _description = "History of a Counterparty, printed"

    @api.model
    def _get_report_values(self, docids, data=None):
        asked = data or {}
        partner_ids = docids or filter(None, [asked.get("partner_id")])
        # chosen from the list of partners there are no filters
        filters = asked.get("filters") or {}
        Timeline = self.env["counterparty.timeline"]
        partners = self.env["res.partner"].browse(int(key) for key in partner_ids)
        return {
            "doc_ids": partners.ids,
            "doc_model": "res.partner",
            "docs": partners,
            "timelines": {
                partner.id: Timeline._prepare_print(partner.id, filters) for partner in partners
            },
        }
