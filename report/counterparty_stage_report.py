from odoo import api, fields, models
from odoo.tools import SQL


class CounterpartyStageReport(models.Model):
    """Which opportunities reached which stage, how long they stayed, and whether they went on.

    A row is an opportunity in a stage, however often it was there; the time is that of all its
    stays. Where the host has tracked no change of stage, the present one counts from the start.
    """

    _name = "counterparty.stage.report"
    _description = "Funnel and Time in Stage"
    _auto = False
    _log_access = False
    _order = "entered_at desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": [
            "stage_id", "create_date", "date_closed", "active", "won_status", "user_id", "team_id",
            "company_id", "partner_id", "source_id", "medium_id", "campaign_id", "lost_reason_id",
            "type",
        ],
        "crm.stage": ["sequence", "is_won"],
    }  # fmt: skip

    lead_id = fields.Many2one("crm.lead", "Opportunity", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True)
    won_status = fields.Selection(
        [("won", "Won"), ("lost", "Lost"), ("pending", "Pending")], "Outcome", readonly=True
    )
    is_present = fields.Boolean("Is There Now", readonly=True)
    created_at = fields.Datetime("Created on", readonly=True)
    entered_at = fields.Datetime("Entered on", readonly=True)

    # measures
    days = fields.Float(
        "Days in Stage",
        readonly=True,
        aggregator="avg",
        help="Calendar days of all stays; of those still there, until now.",
    )
    went_on = fields.Float(
        "Went On (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the opportunities of a stage that reached a later one or were won.",
    )
    won = fields.Float(
        "Won (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the opportunities of a stage that were won in the end.",
    )

    @api.model
    def action_open_funnel(self):
        """Open the funnel of the ready pipeline; without one, of all teams side by side."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_stage_report_action"
        )
        if self.env["crm.team"]._get_counterparty_pipeline():
            action["context"] = {"search_default_pipeline": 1}
        return action

    @property
    def _table_query(self):
        return SQL(
            """
            WITH changes AS (%(changes)s), stays AS (%(stays)s), reached AS (
                SELECT stay.lead_id, stay.stage_id, MIN(stay.entered_at) AS entered_at,
                       SUM(EXTRACT(EPOCH FROM stay.left_at - stay.entered_at)) / 86400 AS days
                  FROM stays stay
                 GROUP BY 1, 2
            )
            SELECT ROW_NUMBER() OVER (ORDER BY reached.lead_id, stage.sequence, stage.id) AS id,
                   reached.lead_id, reached.stage_id, lead.company_id, lead.partner_id,
                   lead.user_id, lead.team_id, lead.source_id, lead.medium_id, lead.campaign_id,
                   lead.lost_reason_id, lead.won_status, lead.stage_id = stage.id AS is_present,
                   lead.create_date AS created_at, reached.entered_at, reached.days,
                   CASE WHEN lead.won_status = 'won' OR stage.sequence < MAX(stage.sequence)
                             OVER (PARTITION BY reached.lead_id)
                        THEN 100.0 ELSE 0.0 END AS went_on,
                   CASE WHEN lead.won_status = 'won' THEN 100.0 ELSE 0.0 END AS won
              FROM reached
              JOIN crm_lead lead ON lead.id = reached.lead_id
              JOIN crm_stage stage ON stage.id = reached.stage_id
             WHERE lead.type = 'opportunity'
            """,
            changes=self._sql_changes(),
            stays=self._sql_stays(),
        )

    @api.model
    def _sql_changes(self):
        """Return the changes of stage that the host has tracked, numbered for each opportunity."""
        field = self.env["ir.model.fields"]._get("crm.lead", "stage_id")
        return SQL(
            """
            SELECT message.res_id AS lead_id, tracked.create_date AS moment,
                   tracked.old_value_integer AS old_id, tracked.new_value_integer AS new_id,
                   ROW_NUMBER() OVER (PARTITION BY message.res_id ORDER BY tracked.id) AS number,
                   LEAD(tracked.create_date) OVER (
                       PARTITION BY message.res_id ORDER BY tracked.id) AS next_moment
              FROM mail_tracking_value tracked
              JOIN mail_message message ON message.id = tracked.mail_message_id
             WHERE tracked.field_id = %s AND message.model = 'crm.lead'
            """,
            field.id,
        )

    @api.model
    def _sql_stays(self):
        # a lost or won opportunity has stopped waiting when it was closed; one that was merged with
        # an older one has the history of both
        return SQL(
            """
            SELECT lead.id AS lead_id, COALESCE(first.old_id, lead.stage_id) AS stage_id,
                   LEAST(lead.create_date, first.moment) AS entered_at,
                   COALESCE(first.moment, %(end)s) AS left_at
              FROM crm_lead lead
              LEFT JOIN changes first ON first.lead_id = lead.id AND first.number = 1
            UNION ALL
            SELECT lead.id, change.new_id, change.moment,
                   COALESCE(change.next_moment, GREATEST(change.moment, %(end)s))
              FROM changes change
              JOIN crm_lead lead ON lead.id = change.lead_id
            """,
            end=SQL(
                """CASE WHEN lead.won_status = 'pending' AND lead.active
                        THEN now() AT TIME ZONE 'UTC'
                        ELSE COALESCE(lead.date_closed, now() AT TIME ZONE 'UTC') END"""
            ),
        )
