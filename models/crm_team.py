from typing import NamedTuple

from odoo import Command, api, fields, models
from odoo.fields import Domain
from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)


class StageEntry(NamedTuple):
    """A stage of the ready pipeline."""

    name: LazyGettext
    days: int  # without a change after which an opportunity is marked as forgotten, 0: never
    is_won: bool = False


PIPELINE_NAME = _lt("From Prospect to Contract")
STAGES = (
    StageEntry(_lt("Registered"), days=7),
    StageEntry(_lt("Contact"), days=14),
    StageEntry(_lt("Qualification"), days=14),
    StageEntry(_lt("Offer"), days=14),
    StageEntry(_lt("Negotiation"), days=21),
    StageEntry(_lt("Contract"), days=0, is_won=True),
)


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["crm.team", "counterparty.sale.fact.reference.mixin"]

    # profit
    _counterparty_fact_columns = ("team_id",)
    _counterparty_fact_optional = True

    # counterparty: from prospect to contract
    counterparty_is_pipeline = fields.Boolean(
        "Leads to a Contract",
        copy=False,
        groups="counterparty_crm.group_user",
        help="The ready pipeline, from registering a prospect to its contract.",
    )
    counterparty_contract_kind_id = fields.Many2one(
        "counterparty.document.kind",
        "Contract when Won",
        domain="[('usage', '=', 'contract'), ('is_personal', '=', False)]",
        ondelete="restrict",
        copy=False,
        groups="counterparty_crm.group_user",
        help="A won opportunity of this team is written into the register as a contract of this "
        "kind. Empty: winning writes nothing.",
    )

    # ------------------------------------------------------------
    # From prospect to contract
    # ------------------------------------------------------------

    @api.model
    def _get_counterparty_pipeline(self):
        """Return the team whose stages lead to a contract, of this company or of all."""
        # sudo: which pipeline the company has is no secret among those who sell
        return self.sudo().search(
            [
                ("counterparty_is_pipeline", "=", True),
                ("company_id", "in", [self.env.company.id, False]),
            ],
            limit=1,
        )

    def _get_counterparty_stages(self):
        """Return the stages of one team, or of none: its own, and as a rule the shared ones."""
        domain = Domain("team_ids", "in", self.ids)
        # sudo: a switch of the team that any salesperson's bar of stages follows
        if not self.sudo().counterparty_is_pipeline:
            domain |= Domain("team_ids", "=", False)
        return self.env["crm.stage"].search(domain)

    @api.model
    def action_set_up_counterparty_pipeline(self):
        """Create the ready pipeline of this company, once, and open it.

        :raises AccessError: for those who may not change sales teams
        """
        team = self._get_counterparty_pipeline() or self._create_counterparty_pipeline()
        return self.env["crm.lead"]._get_counterparty_pipeline_action(team)

    @api.model
    def _create_counterparty_pipeline(self):
        """Create a sales team with stages from the registration of a prospect to its contract."""
        team = self.create(self._prepare_counterparty_pipeline())
        stages = self.env["crm.stage"].create(
            [self._prepare_counterparty_stage(team, number) for number in range(len(STAGES))]
        )
        self._name_in_all_languages(team, PIPELINE_NAME)
        for stage, entry in zip(stages, STAGES, strict=True):
            self._name_in_all_languages(stage, entry.name)
        return team

    def _prepare_counterparty_pipeline(self):
        return {
            "name": self.env._(PIPELINE_NAME),
            "company_id": self.env.company.id,
            "counterparty_is_pipeline": True,
            "counterparty_contract_kind_id": self.env.ref("counterparty_crm.kind_contract").id,
        }

    def _prepare_counterparty_stage(self, team, number):
        entry = STAGES[number]
        return {
            "name": self.env._(entry.name),
            "sequence": 10 * (number + 1),
            "is_won": entry.is_won,
            "rotting_threshold_days": entry.days,
            "team_ids": [Command.set(team.ids)],
        }

    def _name_in_all_languages(self, record, name):
        # who sets it up works in one language, the colleagues perhaps in another
        for code, _label in self.env["res.lang"].get_installed():
            spoken = record.with_context(lang=code)
            spoken.name = spoken.env._(name)

    @api.model
    def _name_counterparty_pipelines(self, codes):
        """Name ready pipelines in languages that came later, where nobody has named them anew.

        :param codes: of the languages
        """
        entries = {str(entry.name._source): entry.name for entry in STAGES}
        pipelines = self.with_context(active_test=False, lang="en_US").search(
            [("counterparty_is_pipeline", "=", True)]
        )
        stages = self.env["crm.stage"].with_context(lang="en_US")
        for team in pipelines:
            if team.name == PIPELINE_NAME._source:
                self._name_in_new_languages(team, PIPELINE_NAME, codes)
            # its own alone: shared ones are the host's
            for stage in stages.search([("team_ids", "in", team.ids)]):
                if stage.name in entries and stage.team_ids == team:
                    self._name_in_new_languages(stage, entries[stage.name], codes)

    def _name_in_new_languages(self, record, name, codes):
        for code in codes:
            spoken = record.with_context(lang=code)
            if spoken.name == name._source:
                spoken.name = spoken.env._(name)
