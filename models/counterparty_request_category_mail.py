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
    tell_solution = fields.Boolean(
        "Tell When Solved",
        help="Whoever wrote by mail, web form or portal hears once that their request is solved, "
        "with the way to take it up again and to rate it.",
    )
    solution_template_id = fields.Many2one(
        "mail.template",
        "Text When Solved",
        domain=[("model", "=", "counterparty.request")],
        ondelete="set null",
        help="Empty: the common text.",
    )
