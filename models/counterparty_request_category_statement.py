from odoo import fields, models

STATEMENT = "statement"


class CounterpartyRequestCategory(models.Model):
    _inherit = "counterparty.request.category"

    # portal
    automatic_answer = fields.Selection(
        [(STATEMENT, "Statement of account")],
        "Answered by Itself with",
        help="What a signed-in customer asks for in this category is sent at once, and the request "
        "is solved. Without a right to see it, somebody of the team answers.",
    )
