from odoo import api, fields, models, tools

HIDDEN, ASKED, REQUIRED = "hidden", "asked", "required"
ASKING = [(HIDDEN, "Not asked"), (ASKED, "Asked"), (REQUIRED, "Required")]

# what a category may ask -> fields of the request that answer it
ASKED_FIELDS = {
    "ask_subject": ("subject_ref",),
    "ask_product": ("product_id",),
    "ask_lot": ("lot_id",),
    "ask_date": ("wanted_date",),
    "ask_place": ("wanted_place",),
    "ask_amount": ("direction", "amount"),
}


class CounterpartyRequestCategory(models.Model):
    """A kind of demand: what it asks, what it needs before work starts, who works on it."""

    _name = "counterparty.request.category"
    _inherit = ["counterparty.core.mixin", "counterparty.request.category.mail.mixin"]
    _description = "Request Category"
    _order = "sequence, id"
    # what every new request asks its category
    _kept_fields = (
        "team_id",
        "template",
        "portal_visible",
        "tell_solution",
        "automatic_conversion_id",
        *ASKED_FIELDS,
    )

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short technical name, letters and digits only. It cannot change later.",
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    description = fields.Char(
        "What It Is for", translate=True, help="Shown to customers who choose a category."
    )
    team_id = fields.Many2one(
        "counterparty.request.team",
        index="btree_not_null",
        ondelete="set null",
        help="Works on requests of this category; empty: the first team of the company.",
    )
    template = fields.Html(
        translate=True, help="The text that a request of this category starts with."
    )

    # what the form, here and on the web, asks; required: work does not start without it
    ask_subject = fields.Selection(ASKING, "Document", default=HIDDEN, required=True)
    ask_product = fields.Selection(ASKING, "Product", default=HIDDEN, required=True)
    ask_lot = fields.Selection(ASKING, "Lot or Serial Number", default=HIDDEN, required=True)
    ask_date = fields.Selection(ASKING, "Wanted Date", default=HIDDEN, required=True)
    ask_place = fields.Selection(ASKING, "Place", default=HIDDEN, required=True)
    ask_amount = fields.Selection(ASKING, "Amount and Direction", default=HIDDEN, required=True)

    # what comes out of it
    conversion_ids = fields.Many2many(
        "counterparty.request.conversion",
        "counterparty_request_category_conversion_rel",
        "category_id",
        "conversion_id",
        string="Becomes",
        help="Documents that a request of this category may be converted to, usual one first.",
    )
    automatic_conversion_id = fields.Many2one(
        "counterparty.request.conversion",
        "Automatically",
        domain="[('makes_draft', '=', True), ('id', 'in', conversion_ids)]",
        help="Made as a draft as soon as nothing required is missing; empty: by button.",
    )

    portal_visible = fields.Boolean(
        "Offered to Customers",
        default=True,
        help="Customers may choose it on the web form and in the portal, and see such requests.",
    )
    reopen_days = fields.Integer(
        "Reopen Within",
        default=7,
        help="Days after the solution in which an answer takes the request up again; "
        "later a new request follows the old one.",
    )

    _code_uniq = models.UniqueIndex("(code)", "There is already a category with this code.")
    _reopen_days_positive = models.Constraint(
        "CHECK (reopen_days >= 0)", "A request cannot be reopened before it is solved."
    )

    # ------------------------------------------------------------
    # What it asks
    # ------------------------------------------------------------

    def _get_asked_fields(self):
        """Return the names of the fields of a request that this category asks for."""
        return [
            name
            for ask, names in ASKED_FIELDS.items()
            if self[ask] in (ASKED, REQUIRED)
            for name in names
        ]

    def _get_required_fields(self):
        """Return the names of the fields that work does not start without."""
        return [
            name for ask, names in ASKED_FIELDS.items() if self[ask] == REQUIRED for name in names
        ]

    def _is_used(self):
        requests = self.env["counterparty.request"].sudo()  # also those of other companies
        return bool(requests.search_count([("category_id", "in", self.ids)], limit=1))

    @api.model
    def _get_default(self):
        """Return the category of requests that name none."""
        return self.browse(self._get_default_id())

    @api.model
    @tools.ormcache()
    def _get_default_id(self):
        # categories are of all companies
        return self.sudo().with_context(active_test=True).search([], limit=1).id
