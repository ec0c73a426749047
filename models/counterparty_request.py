from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import request_states as states
from .counterparty_request_batch import PARTNER_FACTS
from .counterparty_request_category import ASKED_FIELDS
from .counterparty_request_state import CREATED_WITH, FACTS, MOVING

SUBJECT_MODELS = [
    ("sale.order", "Sales Order"),
    ("purchase.order", "Purchase Order"),
    ("stock.picking", "Delivery or Receipt"),
    ("account.move", "Invoice or Bill"),
    ("account.payment", "Payment"),
]


class CounterpartyRequest(models.Model):
    """A demand of or about a counterparty, from its number to its end."""

    _name = "counterparty.request"
    _description = "Request"
    _inherit = [
        "counterparty.request.ledger.mixin",
        "counterparty.request.clock.mixin",
        "counterparty.request.clock.batch.mixin",
        # after the clocks, which complete the values
        "counterparty.request.batch.mixin",
        "counterparty.request.escalation.mixin",
        "counterparty.request.state.mixin",
        "counterparty.request.assignment.mixin",
        "counterparty.request.language.mixin",
        "counterparty.request.word.mixin",
        "counterparty.request.follow.mixin",
        "counterparty.request.unmerge.mixin",
        "counterparty.request.merge.mixin",
        "counterparty.request.acting.mixin",
        "counterparty.request.message.mixin",
        "counterparty.request.opportunity.mixin",
        "counterparty.request.portal.mixin",
        "counterparty.request.form.mixin",
        "counterparty.request.recovery.mixin",
        "counterparty.request.sale.mixin",
        "counterparty.request.convert.mixin",
        "counterparty.request.convert.accounts.mixin",
        "counterparty.request.mail.mixin",
        "counterparty.request.acknowledgement.mixin",
        "mail.thread.cc",
        "mail.activity.mixin",
        "portal.mixin",
        "rating.mixin",
    ]
    # what is due first, then what is not due at all
    _order = "priority desc, due_at, id desc"
    _rec_names_search = ["number", "name"]
    _primary_email = "partner_email"
    _mail_post_access = "read"
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, index="trigram")
    name = fields.Char("Subject", required=True, tracking=True, index="trigram")
    description = fields.Html(
        compute="_compute_description", store=True, readonly=False, precompute=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    category_id = fields.Many2one(
        "counterparty.request.category",
        required=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env["counterparty.request.category"]._get_default(),
    )
    category_code = fields.Char(related="category_id.code")
    tag_ids = fields.Many2many(
        "counterparty.request.tag",
        "counterparty_request_tag_rel",
        "request_id",
        "tag_id",
        string="Tags",
    )

    # who works on it
    team_id = fields.Many2one(
        "counterparty.request.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        tracking=True,
        copy=False,
        domain=[("share", "=", False)],
    )
    assigned_at = fields.Datetime(readonly=True, copy=False)
    responsible_partner_id = fields.Many2one(
        "res.partner",
        "Acting Counterparty",
        tracking=True,
        index="btree_not_null",
        help="The supplier or customer who has to act, if not your own people.",
    )

    # who wants it
    partner_id = fields.Many2one(
        "res.partner", "Contact", tracking=True, index="btree_not_null", check_company=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Counterparty",
        related="partner_id.commercial_partner_id",
        store=True,
        precompute=True,
    )
    partner_name = fields.Char(
        "Name", compute="_compute_partner_facts", store=True, readonly=False, precompute=True
    )
    partner_email = fields.Char(
        "E-mail", compute="_compute_partner_facts", store=True, readonly=False, precompute=True
    )
    partner_phone = fields.Char(
        "Phone", compute="_compute_partner_facts", store=True, readonly=False, precompute=True
    )
    address = fields.Text(help="Where it is about, if not the address of the contact.")

    # how it came, how it is treated
    channel = fields.Selection(
        [
            ("web_client", "By hand"),
            ("email", "E-mail"),
            ("form", "Web form"),
            ("phone", "Phone"),
            ("portal", "Portal"),
            ("generator", "Generated"),
            ("campaign", "Campaign"),
        ],
        default="web_client",
        required=True,
        readonly=True,
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Important"), ("2", "High"), ("3", "Urgent")],
        default="0",
        required=True,
        tracking=True,
    )
    confidentiality = fields.Selection(
        [("partner", "Counterparty sees it"), ("internal", "Internal")],
        compute="_compute_confidentiality",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    # what it is about
    subject_ref = fields.Reference(SUBJECT_MODELS, "Document", copy=False)
    product_id = fields.Many2one("product.product", check_company=True, index="btree_not_null")
    lot_id = fields.Many2one(
        "stock.lot",
        "Lot or Serial Number",
        check_company=True,
        domain="[('product_id', '=?', product_id)]",
    )
    wanted_date = fields.Datetime(copy=False)
    wanted_hours = fields.Float("Duration (hours)", default=1.0)
    wanted_place = fields.Char("Place")
    asked_fields = fields.Char(compute="_compute_asked_fields")
    missing_fields = fields.Char("Still Missing", compute="_compute_missing_fields")

    # its life: written by the moves only
    state = fields.Selection(
        [
            (states.NEW, "New"),
            (states.OPEN, "Open"),
            (states.PENDING, "Waiting for the counterparty"),
            (states.HOLD, "On hold"),
            (states.SOLVED, "Solved"),
            (states.CLOSED, "Closed"),
            (states.CANCELLED, "Cancelled"),
        ],
        default=states.NEW,
        required=True,
        copy=False,
        tracking=True,
        group_expand="_group_expand_state",
    )
    opened_at = fields.Datetime(
        "Received on", default=fields.Datetime.now, required=True, readonly=True, copy=False
    )
    first_response_at = fields.Datetime("First Response on", readonly=True, copy=False)
    awaiting_since = fields.Datetime(
        "Unanswered since",
        readonly=True,
        copy=False,
        help="When the counterparty wrote what nobody has answered yet.",
    )
    solved_at = fields.Datetime("Solved on", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed on", readonly=True, copy=False)
    closed_by = fields.Selection(
        [("partner", "Counterparty"), ("employee", "Employee"), ("system", "System")],
        readonly=True,
        copy=False,
    )
    reopen_count = fields.Integer("Times Reopened", readonly=True, copy=False)
    cycle = fields.Integer(default=1, readonly=True, copy=False)

    # where it comes from and what follows
    parent_id = fields.Many2one(
        "counterparty.request",
        "Follows",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    child_ids = fields.One2many("counterparty.request", "parent_id", string="Follow-ups")
    merged_into_id = fields.Many2one(
        "counterparty.request",
        "Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    merged_ids = fields.One2many("counterparty.request", "merged_into_id", string="Merged Requests")
    campaign_id = fields.Many2one(
        "utm.campaign", index="btree_not_null", ondelete="restrict", copy=False
    )
    # not readonly, so that a new request, which nobody has rated, is not looked up
    rating_last_value = fields.Float(readonly=False)
    generation_key = fields.Char(
        readonly=True, copy=False, help="What a generated request is about: one open per key."
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "There is already a request with this number."
    )
    _generation_uniq = models.UniqueIndex(
        "(company_id, generation_key) WHERE generation_key IS NOT NULL"
        " AND state NOT IN ('closed', 'cancelled')",
        "A request about the same thing is open already.",
    )
    _closed_at_check = models.Constraint(
        "CHECK ((state IN ('closed', 'cancelled')) = (closed_at IS NOT NULL))",
        "A request has a day of closing when it is closed, and only then.",
    )
    _partner_idx = models.Index("(commercial_partner_id, state)")
    _team_idx = models.Index("(team_id, state, user_id)")
    _user_idx = models.Index("(user_id, state) WHERE user_id IS NOT NULL")

    # ------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------

    @api.depends("number", "name")
    def _compute_display_name(self):
        for request in self:
            request.display_name = " ".join(filter(None, (request.number, request.name)))

    @api.depends("category_id")
    def _compute_description(self):
        for request in self:
            request.description = request.description or request.category_id.template

    @api.depends("category_id", "company_id")
    def _compute_team_id(self):
        for (category, company), requests in self.grouped(
            lambda request: (request.category_id, request.company_id)
        ).items():
            vals = self._prepare_category_vals(category, company)
            requests.team_id = vals["team_id"]

    @api.depends("partner_id")
    def _compute_partner_facts(self):
        for request in self:
            facts = self._get_facts_of(request.partner_id)
            if request.has_own_lang and request.lang:
                facts["lang"] = request.lang
            for name in PARTNER_FACTS:
                request[name] = facts.get(name) or request[name]

    @api.depends("category_id")
    def _compute_confidentiality(self):
        for request in self:
            request.confidentiality = (
                "partner" if request.category_id.portal_visible else "internal"
            )

    @api.depends("category_id")
    def _compute_asked_fields(self):
        for request in self:
            request.asked_fields = f",{','.join(request.category_id._get_asked_fields())},"

    @api.depends(lambda self: ["category_id", *self._get_asked_names()])
    def _compute_missing_fields(self):
        for request in self:
            missing = [
                name for name in request.category_id._get_required_fields() if not request[name]
            ]
            request.missing_fields = (
                ", ".join(self._fields[name]._description_string(self.env) for name in missing)
                or False
            )

    def _get_asked_names(self):
        return [name for names in ASKED_FIELDS.values() for name in names]

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for request in self:
            request.access_url = f"/my/requests/{request.id}"
        return result

    @api.model
    def _group_expand_state(self, values, _domain):
        return [*states.LIVE, states.SOLVED, *(state for state in states.ENDS if state in values)]

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("subject_ref", "partner_id")
    def _check_subject_partner(self):
        for request in self:
            # the document may be one that its agent cannot open
            document = request.sudo().subject_ref
            partner = document.partner_id.commercial_partner_id if document else document
            if partner and request.commercial_partner_id not in (partner, partner.browse()):
                if not document.sudo(False).has_access("read"):
                    # whose it is would be told to somebody who may not know
                    raise ValidationError(
                        self.env._("The document belongs to somebody else: choose another.")
                    )
                raise ValidationError(
                    self.env._(
                        "%(document)s belongs to %(owner)s, the request to %(partner)s. "
                        "Choose a document of the same counterparty.",
                        document=document.display_name,
                        owner=partner.display_name,
                        partner=request.commercial_partner_id.display_name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        chosen = [vals.get("state", states.NEW) for vals in vals_list]
        hidden = {"state"} if self.env.su else {"state", *FACTS} - CREATED_WITH
        forged = self.env.context.keys() & {f"default_{name}" for name in hidden}
        if forged:
            context = {key: self.env.context[key] for key in self.env.context.keys() - forged}
            return self.with_env(self.env(context=context)).create(vals_list)
        vals_list = [
            {name: value for name, value in vals.items() if name not in hidden}
            for vals in vals_list
        ]
        vals_list = self._complete_batch(vals_list)
        if any(vals.get("generation_key") for vals in vals_list):
            # one that was closed just now must not be in the way
            self.flush_model(["state", "generation_key"])
        requests = super().create(vals_list)
        if set(chosen) - {states.NEW}:
            for request, state in zip(requests, chosen, strict=True):
                if state != states.NEW:
                    request._move_to(state)
        if not self._is_plain_batch(vals_list) or self._needs_work(vals_list):
            requests._assign_by_team()
            requests._start_when_ready()
            requests._convert_automatically()
            if any(vals.get("untold") for vals in vals_list):
                requests._trigger_words()
            requests._log_demands()
        return requests

    def write(self, vals):
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name not in FACTS}
        if "state" in vals and not (self.env.su and self.env.context.get(MOVING)):
            # a card that was dragged, a click on the bar: the move does the rest
            rest = {name: value for name, value in vals.items() if name != "state"}
            result = self.write(rest) if rest else True
            self._move_to(vals["state"])
            return result
        if "user_id" in vals:
            vals = dict(vals, assigned_at=fields.Datetime.now() if vals["user_id"] else False)
        if vals.get("partner_id"):
            self._forget_partner_facts(vals)
        result = super().write(vals)
        if vals.get("partner_id"):
            # whoever is known now asked for it, too
            self._log_demands()
        if {"user_id", "category_id", "partner_id", *self._get_asked_names()} & vals.keys():
            self._start_when_ready()
            self._convert_automatically()
        return result
