from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

PORTAL, LINK, PAPER, MAIL = "portal", "link", "paper", "mail"
# what the paper itself asks for
ANSWER_DAYS = 5


class CounterpartyStatementAnswer(models.AbstractModel):
    """What a counterparty says to a statement: it agrees, or it does not and tells why.

    A signature acknowledges a debt, so an answer is kept with who gave it, when and from where, and
    is not changed. After an objection the same paper may be confirmed later: both stay in the log.
    """

    _name = "counterparty.statement.answer.mixin"
    _description = "Answer to a Statement"

    answered_at = fields.Datetime("Answered on", readonly=True, copy=False)
    answered_by_id = fields.Many2one(
        "res.partner", "Answered by", readonly=True, copy=False, index="btree_not_null"
    )
    answered_name = fields.Char(
        "Signed by", readonly=True, copy=False, help="Name and position of who answers."
    )
    answered_way = fields.Selection(
        [
            (PORTAL, "Signed in to the portal"),
            (LINK, "By the link of the mail"),
            (PAPER, "On signed paper"),
            (MAIL, "By mail or phone"),
        ],
        "Way",
        readonly=True,
        copy=False,
    )
    answered_address = fields.Char("Internet Address", readonly=True, copy=False)
    answer_note = fields.Text("Note", readonly=True, copy=False)
    answer_attachment_ids = fields.Many2many(
        "ir.attachment", string="Papers with the Answer", readonly=True, copy=False
    )

    def _can_answer(self):
        """Tell whether the counterparty may still confirm or object."""
        self.ensure_one()
        return self.kind == "confirmation" and self.state in ("sent", "silent", "disputed")

    def _has_own_term(self):
        """Tell whether the run gives other days to answer than the form of a confirmation names."""
        self.ensure_one()
        # whoever reads the paper is told until when
        run = self.sudo().run_id
        return bool(run and self.answer_by and run.answer_days != ANSWER_DAYS)

    def _answer(self, is_confirmed, **answer):
        """Keep what a counterparty says.

        :param answer: ``name``, ``note``, ``way``, ``partner``, ``address``, ``files``
            (``(name, content)`` of each), ``amounts`` (``{balance id: their amount}``)
        :raises UserError: when there is nothing to answer any more, or an objection has no reason
        """
        self.ensure_one()
        if not self._can_answer():
            raise UserError(
                self.env._("%(statement)s takes no answer any more.", statement=self.display_name)
            )
        if not is_confirmed and not answer.get("note") and not answer.get("amounts"):
            raise UserError(
                self.env._("Please tell us what is different: a note, or the amounts you have.")
            )
        self._set_amounts(is_confirmed, answer.get("amounts") or {})
        self._set_answered(is_confirmed, answer)
        self._log_answer(is_confirmed, answer)

    def _set_amounts(self, is_confirmed, amounts):
        for line in self.balance_ids:
            told = line.amount if is_confirmed else amounts.get(line.id)
            # an answer is written by its form alone
            line.sudo().write({"is_answered": told is not None, "answered_amount": told or 0.0})

    def _set_answered(self, is_confirmed, answer):
        partner = answer.get("partner")
        # an answer is written by its form alone
        self.sudo().write(
            {
                "state": "confirmed" if is_confirmed else "disputed",
                "answered_at": fields.Datetime.now(),
                "answered_by_id": partner.id if partner else False,
                "answered_name": answer.get("name") or (partner.name if partner else False),
                "answered_way": answer.get("way"),
                "answered_address": answer.get("address"),
                "answer_note": answer.get("note"),
            }
        )

    def _log_answer(self, is_confirmed, answer):
        """Write the answer into the log, all of it: the next answer takes its place elsewhere."""
        text = (
            self.env._("Confirmed by %(name)s.", name=self.answered_name or "")
            if is_confirmed
            else self.env._("%(name)s objects.", name=self.answered_name or "")
        )
        told = self._get_answer_words(is_confirmed, answer)
        message = self.message_post(
            body=plaintext2html("\n".join([text, *told])),
            attachments=answer.get("files") or [],
            author_id=self.answered_by_id.id or self.env.user.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )
        # an answer is written by its form alone
        self.sudo().answer_attachment_ids |= message.attachment_ids
        if not is_confirmed and self.user_id:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Balance disputed"),
                note=plaintext2html("\n".join(told)),
                user_id=self.user_id.id,
            )

    def _get_answer_words(self, is_confirmed, answer):
        """Return what was said, line by line: their amounts, the note, how and from where."""
        self.ensure_one()
        sections = self._get_section_labels()
        ways = dict(self._fields["answered_way"]._description_selection(self.env))
        amounts = {} if is_confirmed else answer.get("amounts") or {}
        lines = [
            self.env._(
                "%(section)s: %(theirs)s in their books, %(ours)s in ours",
                section=sections.get(line.section, ""),
                theirs=self._format_amount(amounts[line.id], line.currency_id),
                ours=self._format_amount(line.amount, line.currency_id),
            )
            for line in self.balance_ids
            if line.id in amounts
        ]
        way = " · ".join(filter(None, (ways.get(answer.get("way")), answer.get("address"))))
        return [*lines, *filter(None, (answer.get("note"), way))]

    @api.model
    def _get_answer_way_of_reader(self):
        """Return how somebody who reads a page of ours answers."""
        return LINK if self.env.user._is_public() else PORTAL

    def action_answer(self):
        """Open the dialog in which staff records an answer on paper or by phone."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record the Answer"),
            "res_model": "counterparty.statement.reply",
            "view_mode": "form",
            "target": "new",
            "context": {"default_statement_id": self.id},
        }
