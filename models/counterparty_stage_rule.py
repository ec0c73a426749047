from collections import defaultdict
from datetime import timedelta

from odoo import Command, api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools.misc import groupby

ACTIVITY = "activity"
REQUEST = "request"


class CounterpartyStageRule(models.Model):
    """What follows when an opportunity enters a stage: somebody's activity, or a request.

    A rule follows once for an opportunity, however often that goes back and forth.
    """

    _name = "counterparty.stage.rule"
    _inherit = "counterparty.cached.mixin"
    _description = "What Follows in a Stage"
    _order = "stage_id, sequence, id"
    _rec_name = "summary"

    stage_id = fields.Many2one("crm.stage", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the rule counts for opportunities of all companies."
    )
    action = fields.Selection(
        [(ACTIVITY, "Activity"), (REQUEST, "Request")],
        "Creates",
        required=True,
        default=ACTIVITY,
    )
    summary = fields.Char(
        required=True, translate=True, help="What is to be done: subject of activity or request."
    )
    note = fields.Html(translate=True)
    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        domain=[("share", "=", False)],
        help="Empty: the salesperson of the opportunity; of a request, its team.",
    )
    days = fields.Integer("Within Days", help="Days from entering the stage to the deadline.")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        ondelete="restrict",
    )
    category_id = fields.Many2one("counterparty.request.category", ondelete="restrict")

    _days_positive = models.Constraint(
        "CHECK (days >= 0)", "The days of a rule cannot be negative: zero is the same day."
    )

    @api.constrains("action", "activity_type_id", "category_id")
    def _check_what_follows(self):
        for rule in self:
            if rule.action == REQUEST and not rule.category_id:
                raise ValidationError(
                    self.env._("Choose the category of the request “%s”.", rule.summary)
                )
            if rule.action == ACTIVITY and not rule.activity_type_id:
                raise ValidationError(
                    self.env._("Choose the type of the activity “%s”.", rule.summary)
                )

    # ------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache(cache="default")
    def _get_stage_ids(self):
        """Return ids of the stages in which anything follows: most have none, and cost nothing."""
        return frozenset(stage.id for (stage,) in self.sudo()._read_group([], ["stage_id"]))

    # ------------------------------------------------------------
    # Following
    # ------------------------------------------------------------

    @api.model
    def _follow(self, leads):
        """Let the rules of their present stage follow for opportunities, each rule once.

        :param leads: opportunities that have just entered their stage
        """
        rules = self.search([("stage_id", "in", leads.stage_id.ids)])
        for rule in rules:
            entered = leads.filtered(
                lambda lead, rule=rule: (
                    lead.stage_id == rule.stage_id
                    and rule not in lead.counterparty_followed_rule_ids
                    and rule.company_id.id in (False, lead.company_id.id or self.env.company.id)
                )
            )
            if entered:
                # noted first: what is created may write on the opportunity again
                entered.counterparty_followed_rule_ids = [Command.link(rule.id)]
                rule._create_what_follows(entered)

    def _create_what_follows(self, leads):
        self.ensure_one()
        if self.action == REQUEST:
            self._create_requests(leads)
        else:
            self._create_activities(leads)

    def _create_activities(self, leads):
        deadline = fields.Date.context_today(self) + timedelta(days=self.days)
        for user, of_user in groupby(leads, self._get_user):
            # in the words of who does it, not of who moved the opportunity
            spoken = self.with_context(lang=user.lang or self.env.lang)
            self.env["crm.lead"].concat(*of_user).activity_schedule(
                activity_type_id=self.activity_type_id.id,
                summary=spoken.summary,
                note=spoken.note,
                date_deadline=deadline,
                user_id=user.id,
            )

    def _get_user(self, lead):
        """Return who does it: the rule's person, else the salesperson, else the team's leader."""
        people = self.user_id | lead.user_id | lead.team_id.user_id
        return people.filtered("active")[:1] or self.env.user

    def _create_requests(self, leads):
        by_company = defaultdict(list)
        for lead in leads:
            by_company[lead.company_id or self.env.company].append(self._prepare_request(lead))
        for company, vals_list in by_company.items():
            # sudo: who moves an opportunity need not work at the desk that gets the request
            requests = self.env["counterparty.request"].sudo().with_company(company)
            requests.create(vals_list)

    def _prepare_request(self, lead):
        deadline = fields.Datetime.now() + timedelta(days=self.days)
        return {
            "name": self.env._("%(what)s: %(lead)s", what=self.summary, lead=lead.name),
            "description": self.note,
            "category_id": self.category_id.id,
            "company_id": (lead.company_id or self.env.company).id,
            "partner_id": lead.partner_id.id,
            "partner_email": lead.partner_id.email or lead.email_from,
            "user_id": self.user_id.filtered("active").id,
            "channel": "generator",
            # our own work on a sale, unless the agent decides to show it
            "confidentiality": "internal",
            "wanted_date": deadline if self.days else False,
            "campaign_id": lead.campaign_id.id,
            "opportunity_id": lead.id,
        }
