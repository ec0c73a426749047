from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import split_every
from odoo.tools.sql import column_exists, create_column

GROUP_USER = "counterparty_crm.group_user"
OPPORTUNITIES = "counterparty_crm.crm_lead_action_counterparty"
RECALL_CHUNK = 100
# a change of these may bring an opportunity into another stage
MOVING = {"stage_id", "team_id"}


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = [
        "counterparty.request.target.mixin",
        "counterparty.contract.lead.mixin",
        "crm.lead",
        "counterparty.role.source.mixin",
    ]

    _counterparty_state_fields = ("stage_id", "active")
    _counterparty_document_family = "sale"
    _counterparty_role_triggers = ("partner_id", "type")

    # counterparty: facts of the prospect, those of its company once there is one
    counterparty_industry_id = fields.Many2one(
        "res.partner.industry",
        "Industry",
        compute="_compute_counterparty_prospect",
        inverse="_inverse_counterparty_industry",
        store=True,
        readonly=False,
        copy=False,
        groups=GROUP_USER,
    )
    counterparty_turnover = fields.Monetary(
        "Yearly Turnover",
        currency_field="counterparty_turnover_currency_id",
        compute="_compute_counterparty_prospect",
        inverse="_inverse_counterparty_turnover",
        store=True,
        readonly=False,
        copy=False,
        groups=GROUP_USER,
    )
    counterparty_turnover_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Turnover",
        compute="_compute_counterparty_prospect",
        inverse="_inverse_counterparty_turnover",
        store=True,
        readonly=False,
        copy=False,
        groups=GROUP_USER,
    )
    counterparty_employee_count = fields.Integer(
        "Number of Employees",
        compute="_compute_counterparty_prospect",
        inverse="_inverse_counterparty_employee_count",
        store=True,
        readonly=False,
        copy=False,
        groups=GROUP_USER,
    )

    # counterparty: the way to the contract, and back
    # without groups: the bar of stages of any salesperson reads it
    counterparty_stage_ids = fields.Many2many(
        "crm.stage", string="Stages to Choose", compute="_compute_counterparty_stage_ids"
    )
    counterparty_recall_date = fields.Date(
        "Recall on",
        copy=False,
        tracking=True,
        groups=GROUP_USER,
        help="The day on which a lost opportunity comes back to its salesperson.",
    )
    counterparty_followed_rule_ids = fields.Many2many(
        "counterparty.stage.rule",
        "crm_lead_counterparty_stage_rule_rel",
        "lead_id",
        "rule_id",
        "Rules Followed",
        copy=False,
        readonly=True,
        groups=GROUP_USER,
    )
    counterparty_request_ids = fields.One2many(
        "counterparty.request",
        "opportunity_id",
        "Requests of the Stages",
        readonly=True,
        groups=GROUP_USER,
    )

    def _auto_init(self):
        # opportunities of before keep nothing of the prospect: computing them would take minutes
        for name, kind in {
            "counterparty_industry_id": "int4",
            "counterparty_turnover": "numeric",
            "counterparty_turnover_currency_id": "int4",
            "counterparty_employee_count": "int4",
        }.items():
            if not column_exists(self.env.cr, "crm_lead", name):
                create_column(self.env.cr, "crm_lead", name, kind)
        return super()._auto_init()

    # ------------------------------------------------------------
    # Facts of the prospect
    # ------------------------------------------------------------

    @api.depends("partner_id")
    def _compute_counterparty_prospect(self):
        # not a dependency of the company's values: an old opportunity keeps what was known then
        names = self.env["res.partner"]._get_counterparty_prospect_fields()
        for lead in self:
            company = lead.partner_id.commercial_partner_id
            for name, source in names.items():
                lead[name] = company[source] or lead[name]
            if not lead.counterparty_turnover_currency_id:
                lead.counterparty_turnover_currency_id = lead.company_currency

    # each teaches what was typed: an old opportunity knows of the rest less than its company
    def _inverse_counterparty_industry(self):
        self._teach_counterparty("counterparty_industry_id")

    def _inverse_counterparty_turnover(self):
        self._teach_counterparty("counterparty_turnover", "counterparty_turnover_currency_id")

    def _inverse_counterparty_employee_count(self):
        self._teach_counterparty("counterparty_employee_count")

    def _teach_counterparty(self, *names):
        """Let the counterparty learn what was typed in these fields of the opportunity."""
        for lead in self:
            company = lead.partner_id.commercial_partner_id
            vals = lead._prepare_counterparty_prospect(company, names)
            if company and vals and company.has_access("write"):
                company.write(vals)

    def _prepare_counterparty_prospect(self, company, names=None):
        """Return what a company does not say of itself yet, or says otherwise.

        :param company: a partner, or none yet
        :param names: fields of the opportunity, all of the prospect when not given
        """
        fields_of = self.env["res.partner"]._get_counterparty_prospect_fields()
        values = {fields_of[name]: self[name] for name in names or fields_of if self[name]}
        if "counterparty_turnover" not in values:
            values.pop("counterparty_turnover_currency_id", None)
        return {
            name: getattr(value, "id", value)
            for name, value in values.items()
            if company[name] != value
        }

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        vals = super()._prepare_customer_values(partner_name, is_company, parent_id)
        # what is known of the prospect goes along, where the user has our rights to write it
        if (is_company or not parent_id) and self.env.user.has_group(GROUP_USER):
            vals |= self._prepare_counterparty_prospect(self.env["res.partner"])
            vals["counterparty_source_id"] = self.source_id.id
        return vals

    # ------------------------------------------------------------
    # Moving through the stages
    # ------------------------------------------------------------

    @api.depends("user_id", "type")
    def _compute_team_id(self):
        """Leave opportunities in the ready pipeline whoever takes them over.

        The host moves them to the team of the new salesperson. A pipeline without members of its
        own is that of everybody in its company.
        """
        kept = self.filtered(lambda lead: lead._is_in_common_pipeline())
        return super(CrmLead, self - kept)._compute_team_id()

    def _is_in_common_pipeline(self):
        # sudo: a switch of the team, whoever hands an opportunity over
        team, user = self.team_id.sudo(), self.user_id.sudo()
        return (
            team.counterparty_is_pipeline
            and not team.member_ids
            and (not user or not team.company_id or team.company_id in user.company_ids)
        )

    @api.depends("team_id")
    def _compute_counterparty_stage_ids(self):
        for team, leads in self.grouped("team_id").items():
            leads.counterparty_stage_ids = team._get_counterparty_stages()

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        # in the ready pipeline the stages of other pipelines would stand between ours
        team = self.env["crm.team"].browse(self.env.context.get("default_team_id"))
        # sudo: a switch of the team that any salesperson's board follows
        if team and team.sudo().counterparty_is_pipeline:
            return (stages | team._get_counterparty_stages()).sorted()
        return super()._read_group_stage_ids(stages, domain)

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._follow_counterparty_rules()
        return leads

    def write(self, vals):
        # the host chooses a stage of the new team, too
        before = {lead: lead.stage_id for lead in self} if MOVING & vals.keys() else {}
        were_leads = self.filtered(lambda lead: "type" in vals and lead.type == "lead")
        result = super().write(vals)
        if "team_id" in vals and "stage_id" not in vals:
            self._leave_shared_stages()
        if vals.get("active"):
            # whoever takes it up again needs no recall. sudo: nor our rights to do so
            self.sudo().filtered("counterparty_recall_date").counterparty_recall_date = False
        # what becomes an opportunity enters its stage, which a lead has without being anywhere
        entered = self.filtered(
            lambda lead: (
                "type" in vals
                if lead in were_leads
                else lead in before and before[lead] != lead.stage_id
            )
        )
        entered._follow_counterparty_rules()
        return result

    def _leave_shared_stages(self):
        """Begin in a stage of the ready pipeline: its board shows none of the shared ones."""
        # sudo: a switch of the team, whoever hands an opportunity over
        for lead in self.sudo():
            team, stage = lead.team_id, lead.stage_id
            if team.counterparty_is_pipeline and team not in stage.team_ids:
                lead.stage_id = lead._stage_find(domain=[("is_won", "=", stage.is_won)])

    def _stage_find(self, team_id=False, domain=None, order="sequence, id", limit=1):
        """Find stages of the ready pipeline alone, where it is the team: it has all it needs."""
        team = self.team_id | self.team_id.browse(team_id or ())
        # sudo: a switch of the team, for whoever creates an opportunity
        if len(team) == 1 and team.sudo().counterparty_is_pipeline:
            own = Domain("team_ids", "in", team.ids) & Domain(domain or [])
            if found := self.env["crm.stage"].search(own, order=order, limit=limit):
                return found
        return super()._stage_find(team_id, domain, order, limit)

    def _follow_counterparty_rules(self):
        # sudo: rules are the manager's, who moves an opportunity only sets them off
        Rule = self.env["counterparty.stage.rule"].sudo()
        if not Rule._get_stage_ids().isdisjoint(self.stage_id.ids):
            Rule._follow(self.sudo().filtered(lambda lead: lead.type == "opportunity"))

    # ------------------------------------------------------------
    # Recall of the lost
    # ------------------------------------------------------------

    @api.model
    def _cron_recall_counterparties(self):
        """Bring lost opportunities back on their day, each once; restartable at any point.

        Runs every hour: the day begins where the person lives who is to ask again.
        """
        soon = fields.Date.today() + timedelta(days=1)  # somewhere it is tomorrow already
        lost = self.with_context(active_test=False).search(
            [("active", "=", False), ("counterparty_recall_date", "<=", soon)]
        )
        due = lost.filtered(
            lambda lead: lead._get_counterparty_recaller()._has_counterparty_morning(
                lead.counterparty_recall_date
            )
        )
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for chunk in split_every(RECALL_CHUNK, due.ids, due.browse):
            claimed = chunk.try_lock_for_update()
            claimed.invalidate_recordset()
            # somebody may have taken it up while this waited
            claimed.filtered("counterparty_recall_date")._recall_counterparties()
            if not self.env["ir.cron"]._commit_progress(len(chunk)):
                break

    def _recall_counterparties(self):
        """Take lost opportunities up again and tell their salespeople."""
        for lead in self:
            reason = lead.lost_reason_id.name
            lead.action_restore()
            user = lead._get_counterparty_recaller()
            spoken = lead.with_context(lang=user.lang or self.env.lang)
            summary = spoken.env._("Ask again")
            if reason:
                summary = spoken.env._("Ask again: lost before because of “%s”", reason)
            lead.activity_schedule(
                "mail.mail_activity_data_call",
                summary=summary,
                user_id=user.id,
                date_deadline=user._get_counterparty_days()[user.id],
            )

    def _get_counterparty_recaller(self):
        """Return who asks a lost prospect again: the salesperson, or who leads the team.

        Of neither there may be one: then whoever has registered the prospect.
        """
        people = self.user_id | self.team_id.user_id | self.create_uid
        return people.filtered(lambda user: user.active and not user.share)[:1] or self.env.user

    # ------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------

    @api.model
    def action_open_counterparty_pipeline(self):
        """Open the pipeline from prospect to contract; without one, all opportunities.

        Whoever may set one up is told where.
        """
        team = self.env["crm.team"]._get_counterparty_pipeline()
        if team or not self.env["crm.team"].has_access("create"):
            return self._get_counterparty_pipeline_action(team)
        message = self.env._(
            "A ready pipeline from the first contact to the contract can be set up in Settings › "
            "Counterparties."
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            # by its name: the client takes the help of an action that it has not read for text
            "params": {"type": "info", "message": message, "next": OPPORTUNITIES},
        }

    @api.model
    def _get_counterparty_pipeline_action(self, team):
        action = self.env["ir.actions.act_window"]._for_xml_id(OPPORTUNITIES)
        if team:
            action["display_name"] = team.name
            action["domain"] = [("type", "=", "opportunity"), ("team_id", "=", team.id)]
            action["context"] = {"default_type": "opportunity", "default_team_id": team.id}
        return action
