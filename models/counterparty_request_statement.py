import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import format_date, plaintext2html

from .counterparty_request_category_statement import STATEMENT
from .counterparty_request_state import SYSTEM

_logger = logging.getLogger(__name__)

# counterparty and terms of the statement that is asked for
TERMS = "counterparty_statement_terms"


class CounterpartyRequest(models.Model):
    _inherit = "counterparty.request"

    # portal
    statement_id = fields.Many2one(
        "counterparty.statement",
        "Statement Sent",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.model
    def _create_from_form(self, category, answers, attachments=(), extra=None):
        request = super()._create_from_form(category, answers, attachments, extra)
        if category.automatic_answer == STATEMENT and not self.env.user._is_public():
            asked, terms = self.env.context.get(TERMS) or (None, None)
            self._answer_with_statement(request, asked, terms)
        return request

    @api.model
    def _create_statement_request(self, category, partner, terms):
        """Create the request for a statement that a visitor sends from its page, answered at once.

        :param partner: the counterparty, which the visitor represents
        :param terms: ``date_from``, ``date_to`` and ``side`` of the statement
        """
        answers = dict.fromkeys(
            ("subject", "product", "lot", "place", "phone", "wanted_date", "amount"), ""
        )
        answers["name"] = self.env._("Statement of account")
        answers["description"] = self.env._(
            "Statement of %(partner)s from %(start)s to %(end)s",
            partner=partner.name,
            start=format_date(self.env, terms["date_from"]),
            end=format_date(self.env, terms["date_to"]),
        )
        # the visitor's own, whether it could choose the category from the list or not
        return self.with_context(**{TERMS: (partner.id, terms)})._create_from_form(
            category, answers, extra={"confidentiality": "partner"}
        )

    @api.model
    def _answer_with_statement(self, request, asked=None, terms=None):
        """Answer a request of the signed-in visitor with the statement it may see, and solve it.

        What fails leaves the request with the team: nothing asked for is lost.
        """
        company = request.company_id
        partners = self.env["res.partner"]._get_counterparty_portal_companies(STATEMENT, company)
        # the visitor's own company is compared, not shown
        own = self.env.user.partner_id.sudo().commercial_partner_id
        wanted = asked or (own.id if own.id in partners.ids or len(partners) != 1 else partners.id)
        partner = partners.filtered(lambda one: one.id == wanted)
        if not partner or not company._has_portal_page(STATEMENT):
            return
        statements = self.env["counterparty.statement"]
        if not terms:
            start, end, _is_as_asked = statements._get_portal_period(None, None)
            terms = {"date_from": start, "date_to": end}
        try:
            with self.env.cr.savepoint():
                issued = statements._issue_for_portal(partner, company, **terms)
                request._send_statement(issued, is_own=partner.id == own.id)
        except Exception:
            _logger.warning("request %s is left to the team", request.number, exc_info=True)

    def _send_statement(self, issued, is_own=True):
        """Answer with the paper: PDF, or a page to print without a PDF maker.

        :param is_own: whether it is of the company of who asks; else the answer says where the
            paper is, which opens it as long as there is an authorization: a file would stay
        """
        self.ensure_one()
        # the answer goes to who has asked, in that person's language
        desk = self.with_user(SUPERUSER_ID).with_context(lang=self._get_sender_lang())
        values = {"number": issued.name, "day": format_date(desk.env, issued.date_to)}
        if is_own:
            paper = issued._keep_file()
            files = [(paper.name, paper.raw)]
            body = desk.env._("Here is your statement %(number)s as of %(day)s.", **values)
        else:
            files = []
            body = desk.env._(
                "Here is statement %(number)s of %(company)s as of %(day)s. It opens as long as"
                " you are authorized for this company: %(url)s",
                company=issued.partner_id.name,
                url=f"{issued.get_base_url()}{issued.access_url}",
                **values,
            )
        desk._answer(plaintext2html(body), attachments=files)
        desk.statement_id = issued
        desk._close(SYSTEM)
