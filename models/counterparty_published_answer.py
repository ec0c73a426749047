from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..tools.answer_search import Entry, best, stems


class CounterpartyPublishedAnswer(models.Model):
    """An answer that is offered to customers while they write, before they have to wait for one."""

    _name = "counterparty.published.answer"
    _inherit = "counterparty.cached.mixin"
    _description = "Published Answer"
    _order = "sequence, id"

    name = fields.Char("Question", required=True, translate=True)
    keywords = fields.Char(
        "Other Words", translate=True, help="What customers call it, if not as in the question."
    )
    body = fields.Html("Answer Text", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_published = fields.Boolean(
        "Published", help="Offered in the portal and on the public form, to everybody who writes."
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    category_ids = fields.Many2many(
        "counterparty.request.category",
        "counterparty_published_answer_category_rel",
        "answer_id",
        "category_id",
        string="Categories",
        help="Where it is offered; empty: everywhere.",
    )

    # ------------------------------------------------------------
    # Offering
    # ------------------------------------------------------------

    @api.model
    def _offer(self, text, category, company):
        """Return up to three published answers that fit what somebody writes, best first.

        :param text: what is written so far
        :param category: of the form
        """
        # only what is published, to whoever may see the form
        published = self.sudo()
        entries = published._get_entries(company.id, category.id, self.env.lang)
        return published.browse(best(text, entries))

    @api.model
    @tools.ormcache("company_id", "category_id", "lang")
    def _get_entries(self, company_id, category_id, lang):
        """Return the published answers of a category as the search wants them."""
        domain = Domain("is_published", "=", True)
        domain &= Domain("company_id", "in", (False, company_id))
        domain &= Domain("category_ids", "=", False) | Domain("category_ids", "in", category_id)
        return tuple(
            Entry(
                answer.id,
                stems(f"{answer.name} {answer.keywords or ''}"),
                stems(html2plaintext(answer.body)),
            )
            for answer in self.with_context(lang=lang).search(domain)
        )
