from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from ..tools.mail_decision import ACK_PER_DAY, ACK_PER_HOUR, ACK_PER_MINUTE
from .counterparty_document_reminder import REMINDER_CRON
from .counterparty_facts_money import SELLER, SELLERS_SEE
from .counterparty_request_portal import FORM_SWITCH, PORTAL_SWITCH
from .counterparty_request_submission import DEFAULT_LIMIT, FORM_LIMIT, LINK_CRON
from .counterparty_role_derivation import ROLES_FROM_DOCUMENTS
from .counterparty_sale_fact_check import FACT_CRON
from .counterparty_statement_send import FOLLOW_CRON, SEND_CRON

GROUP_USER = "counterparty_crm.group_user"
# jobs that rest with the desk; that which takes up mails never does: no mail is lost
DESK_JOBS = (
    "counterparty_crm.ir_cron_request_close",
    "counterparty_crm.ir_cron_request_due",
    "counterparty_crm.ir_cron_request_recompute",
)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # counterparty
    counterparty_roles_from_documents = fields.Boolean(
        "Roles from Documents",
        help="The first quotation makes a prospect, "
        "the first order or invoice a customer or supplier.",
    )

    counterparty_document_reminders = fields.Boolean(
        "Document Reminders",
        help="Once before a document expires, its responsible gets an activity.",
    )
    counterparty_document_reminders_on = fields.Boolean()
    counterparty_document_reminder_preview = fields.Char(
        compute="_compute_counterparty_document_reminder_preview"
    )
    # a paper that is to expire is worth a word, however late it comes
    counterparty_document_reminder_start = fields.Selection(
        [
            ("now", "From now on: leave out what is due already"),
            ("all", "Begin with everything that is due"),
        ],
        default="all",
    )

    counterparty_sellers_see_balances = fields.Selection(
        [
            ("none", "None"),
            ("own", "Of their own counterparties"),
            ("all", "Of all counterparties"),
        ],
        "Balances for Salespeople",
        config_parameter=SELLERS_SEE,
        default="none",
    )

    # one switch per area: off hides its menus, buttons and cards
    group_counterparty_holding = fields.Boolean(
        "Holdings", implied_group="counterparty_crm.group_area_holding", group=GROUP_USER
    )
    group_counterparty_ownership = fields.Boolean(
        "Ownership Analysis",
        implied_group="counterparty_crm.group_area_ownership",
        # who owns whom is for those who keep counterparties, not for every employee
        group="counterparty_crm.group_officer",
    )
    counterparty_control_threshold = fields.Float(
        "Control threshold %", config_parameter="counterparty_crm.control_threshold", default=50.0
    )
    counterparty_control_rule = fields.Selection(
        [("more", "Above the threshold"), ("enough", "At or above the threshold")],
        config_parameter="counterparty_crm.control_rule",
        default="more",
    )
    # a branch shares the credit of its company, and its mode
    counterparty_credit_mode = fields.Selection(
        related="company_id.root_id.counterparty_credit_mode", readonly=False, required=True
    )
    counterparty_effect_days = fields.Integer(
        related="company_id.counterparty_effect_days", readonly=False, required=True
    )
    group_counterparty_request = fields.Boolean(
        "Requests", implied_group="counterparty_crm.group_area_request", group=GROUP_USER
    )
    counterparty_acknowledgements_per_hour = fields.Integer(
        "To one address within an hour",
        config_parameter="counterparty_crm.acknowledgements_per_hour",
        default=ACK_PER_HOUR,
    )
    counterparty_acknowledgements_per_day = fields.Integer(
        "To one address within a day",
        config_parameter="counterparty_crm.acknowledgements_per_day",
        default=ACK_PER_DAY,
    )
    counterparty_acknowledgements_per_minute = fields.Integer(
        "To everybody within a minute",
        config_parameter="counterparty_crm.acknowledgements_per_minute",
        default=ACK_PER_MINUTE,
    )
    counterparty_trusted_mail_server = fields.Char(
        "Trusted Mail Server", config_parameter="counterparty_crm.trusted_mail_server"
    )
    counterparty_request_portal = fields.Boolean(
        "Requests in the Customer Portal", config_parameter=PORTAL_SWITCH
    )
    counterparty_request_form = fields.Boolean("Public Request Form", config_parameter=FORM_SWITCH)
    counterparty_request_form_limit = fields.Integer(
        "Forms an Hour", config_parameter=FORM_LIMIT, default=DEFAULT_LIMIT
    )
    counterparty_has_projects = fields.Boolean(compute="_compute_counterparty_has_projects")
    group_counterparty_campaign = fields.Boolean(
        "Campaigns", implied_group="counterparty_crm.group_area_campaign", group=GROUP_USER
    )

    # profit
    group_counterparty_profit = fields.Boolean(
        "Profit", implied_group="counterparty_crm.group_area_profit", group=GROUP_USER
    )
    counterparty_attribution_model = fields.Selection(
        related="company_id.counterparty_attribution_model", readonly=False
    )
    counterparty_half_life = fields.Float(
        related="company_id.counterparty_half_life", readonly=False
    )
    counterparty_services_free = fields.Boolean(
        related="company_id.counterparty_services_free", readonly=False
    )

    # portal
    group_counterparty_portal = fields.Boolean(
        "Customer Portal", implied_group="counterparty_crm.group_area_portal", group=GROUP_USER
    )
    counterparty_portal_visibility = fields.Selection(
        related="company_id.counterparty_portal_visibility"
    )
    counterparty_portal_balance = fields.Boolean(
        related="company_id.counterparty_portal_balance", readonly=False
    )
    counterparty_portal_statement = fields.Boolean(
        related="company_id.counterparty_portal_statement", readonly=False
    )
    counterparty_portal_pay = fields.Boolean(
        related="company_id.counterparty_portal_pay", readonly=False
    )
    counterparty_portal_deliveries = fields.Boolean(
        related="company_id.counterparty_portal_deliveries", readonly=False
    )
    counterparty_portal_supplier = fields.Boolean(
        related="company_id.counterparty_portal_supplier", readonly=False
    )
    counterparty_portal_offers = fields.Boolean(
        related="company_id.counterparty_portal_offers", readonly=False
    )
    counterparty_portal_prices = fields.Boolean(
        related="company_id.counterparty_portal_prices", readonly=False
    )
    counterparty_portal_documents = fields.Boolean(
        related="company_id.counterparty_portal_documents", readonly=False
    )
    counterparty_portal_expenses = fields.Boolean(
        related="company_id.counterparty_portal_expenses", readonly=False
    )
    counterparty_has_expenses = fields.Boolean(
        "Expenses Are Installed", compute="_compute_counterparty_has_expenses"
    )
    counterparty_portal_topics = fields.Boolean(
        related="company_id.counterparty_portal_topics", readonly=False
    )
    counterparty_portal_changes = fields.Boolean(
        related="company_id.counterparty_portal_changes", readonly=False
    )
    counterparty_portal_manage = fields.Boolean(
        related="company_id.counterparty_portal_manage", readonly=False
    )

    def _compute_counterparty_has_expenses(self):
        self.counterparty_has_expenses = "hr.expense" in self.env

    @api.constrains("counterparty_control_threshold")
    def _check_counterparty_control_threshold(self):
        for settings in self:
            if not 0 < settings.counterparty_control_threshold <= 100:
                raise ValidationError(
                    self.env._(
                        "The control threshold is a share of the votes above 0 and up to 100 %."
                    )
                )

    @api.depends_context("uid")
    def _compute_counterparty_has_projects(self):
        self.counterparty_has_projects = "project.task" in self.env

    @api.onchange("group_counterparty_request")
    def _onchange_group_counterparty_request(self):
        """Close the doors to a desk that nobody sits at."""
        if not self.group_counterparty_request:
            self.counterparty_request_portal = self.counterparty_request_form = False

    @api.depends("counterparty_document_reminders", "counterparty_document_reminders_on")
    def _compute_counterparty_document_reminder_preview(self):
        for settings in self:
            settings.counterparty_document_reminder_preview = False
            # asked only by whoever is about to switch them on
            if (
                not settings.counterparty_document_reminders
                or settings.counterparty_document_reminders_on
            ):
                continue
            # what jobs would do is shown to the administrator, in numbers alone
            made, people, due = self.env["counterparty.document"].sudo()._preview_reminders()
            settings.counterparty_document_reminder_preview = self.env._(
                "Today: %(made)s reminders for %(people)s people; %(due)s are due in all.",
                made=made,
                people=people,
                due=due,
            )

    # a parameter that is on unless it says otherwise: the host would forget it when it is off

    @api.model
    def get_values(self):
        values = super().get_values()
        # settings are read and written by administrators, parameters by the system
        param = self.env["ir.config_parameter"].sudo().get_param(ROLES_FROM_DOCUMENTS, "True")
        values["counterparty_roles_from_documents"] = str2bool(param, True)
        # whether a job runs is a setting like any other, its code is not shown
        job = self.env.ref(REMINDER_CRON, raise_if_not_found=False)
        values["counterparty_document_reminders"] = bool(job) and job.sudo().active
        values["counterparty_document_reminders_on"] = values["counterparty_document_reminders"]
        return values

    def set_values(self):
        was_on = self.get_values()["counterparty_document_reminders"]
        result = super().set_values()
        # the host has checked that an administrator saves the settings
        self.env["ir.config_parameter"].sudo().set_param(
            ROLES_FROM_DOCUMENTS, str(self.counterparty_roles_from_documents)
        )
        is_new = self.counterparty_document_reminders and not was_on
        if is_new and self.counterparty_document_reminder_start == "now":
            # what jobs tell is everybody's, also of papers that the administrator may not see
            self.env["counterparty.document"].sudo()._start_reminders_from_now()
        self._switch_job(REMINDER_CRON, self.counterparty_document_reminders)
        self._show_counterparty_balances()
        self._switch_job(FACT_CRON, self.group_counterparty_profit)
        for job in DESK_JOBS:
            self._switch_job(job, self.group_counterparty_request)
        self._switch_job(LINK_CRON, self.counterparty_request_form)
        for job in (SEND_CRON, FOLLOW_CRON):
            self._switch_job(job, self.group_counterparty_portal)
        return result

    @api.model
    def _show_counterparty_balances(self):
        """Give those who sell the lists of balances, or take them, as the setting says."""
        # sudo: the host has checked that an administrator saves the settings
        seller, group = (
            self.env.ref(name).sudo() for name in (SELLER, "counterparty_crm.group_balances")
        )
        setting = self.env["ir.config_parameter"].sudo().get_param(SELLERS_SEE)
        if setting in ("own", "all"):
            seller._apply_group(group)
        elif group in seller.all_implied_ids:
            seller._remove_group(group)

    def action_set_up_counterparty_pipeline(self):
        """Create the pipeline from prospect to contract once, and open it."""
        return self.env["crm.team"].action_set_up_counterparty_pipeline()

    @api.model
    def _switch_job(self, xmlid, active):
        """Let a scheduled job run or rest, as the switch of its area says."""
        # sudo: the host has checked that an administrator saves the settings, jobs are the system's
        job = self.env.ref(xmlid, raise_if_not_found=False)
        # an administrator may have deleted it; the settings of other apps save all the same
        if job and job.sudo().active != active:
            job.sudo().active = active
