from odoo import fields, models


class CounterpartyRequestCategoryMail(models.AbstractModel):
    """Whether and how requests of a category are acknowledged."""

    _name = "counterparty.request.category.mail.mixin"
    _description = "Acknowledgement of a Category"

    acknowledge = fields.Selection(
        [("automatic", "Automatically"), ("button", "By a button")],
        "Acknowledgement",
        default="automatic",
        required=True,
        help="Automatic ones go out for teams that acknowledge requests.",
    )
    acknowledgement_template_id = fields.Many2one(
        "mail.template",
        "Text of the Acknowledgement",
        domain=[("model", "=", "counterparty.request")],
        ondelete="set null",
        help="Empty: the common text.",
    )
