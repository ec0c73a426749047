from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_datetime

from ..tools.interactions import KINDS, PROMISE

# a contact that reached nobody's attention earns no sale
SILENT_KINDS = ("mailing",)
NEGATIVE = "negative"

COLUMNS = (
    "date",
    "company_id",
    "commercial_partner_id",
    "partner_id",
    "kind",
    "direction",
    "user_id",
    "campaign_id",
    "medium_id",
    "source_id",
    "result",
    "importance",
    "note",
    "origin",
    "logged_at",
    "res_model",
    "res_id",
    "promised_on",
    "promised_amount",
    "promised_currency_id",
)
# what somebody logged by mistake may be taken back as long
TAKE_BACK_HOURS = 24
OLDEST_YEARS = 30


class CounterpartyInteraction(models.Model):
    """One contact with a counterparty: a call, a visit, a mailing that was opened, a request.

    Done activities, meetings that were held and mails are written by the documents themselves, see
    ``counterparty.interaction.fill.mixin``; what else happened is logged by hand.
    """

    _name = "counterparty.interaction"
    _description = "Interaction"
    _inherit = [
        "counterparty.interaction.fill.mixin",
        "counterparty.interaction.mailing.mixin",
        "counterparty.merge.mixin",
    ]
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "kind"

    date = fields.Datetime(required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    commercial_partner_id = fields.Many2one(
        "res.partner", "Counterparty", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    direction = fields.Selection(
        [("in", "From the counterparty"), ("out", "To the counterparty")],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "By", readonly=True)
    note = fields.Text("What Was Agreed", readonly=True)
    subject = fields.Char(
        compute="_compute_subject",
        help="What was agreed, or what the document says to those who may read it.",
    )

    # what the counterparty promised to pay
    promised_on = fields.Date("Payment Promised By", readonly=True)
    promised_amount = fields.Monetary(
        "Amount Promised", currency_field="promised_currency_id", readonly=True, aggregator=None
    )
    promised_currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")

    # what it belongs to
    campaign_id = fields.Many2one(
        "utm.campaign", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    medium_id = fields.Many2one("utm.medium", readonly=True, ondelete="restrict")
    source_id = fields.Many2one("utm.source", readonly=True, ondelete="restrict")
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)

    # the only things that change later
    result = fields.Selection(
        [("positive", "Positive"), ("neutral", "Neutral"), (NEGATIVE, "Negative")]
    )
    importance = fields.Selection([("0", "Normal"), ("1", "Important")], default="0")
    origin = fields.Selection(
        [
            ("event", "When it happened"),
            ("manual", "Logged by hand"),
            ("install", "Found at installation"),
        ],
        readonly=True,
        default="event",
    )
    logged_at = fields.Datetime(readonly=True)
    can_take_back = fields.Boolean(compute="_compute_can_take_back")

    _document_uniq = models.UniqueIndex(
        "(res_model, res_id, partner_id, kind)",
        "This interaction is logged already.",
    )
    # measured at posting: 0.03 ms for the contacts of a customer inside a campaign's window
    _lookup_idx = models.Index("(commercial_partner_id, date) WHERE campaign_id IS NOT NULL")
    # the few of a counterparty with a promise to pay: its card
    _promise_idx = models.Index(
        "(commercial_partner_id, promised_on) WHERE promised_on IS NOT NULL"
    )
    # the last contact of a page of counterparties, the list of one, the list of a person
    _partner_idx = models.Index("(commercial_partner_id, date DESC, id DESC)")
    _user_idx = models.Index("(user_id, date DESC)")
    _date_idx = models.Index("(date DESC, id DESC)")

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for interaction in self:
            # a contact may be hidden from whoever sees the company
            name = interaction.partner_id.sudo().display_name or ""
            interaction.display_name = ": ".join(
                part for part in (kinds.get(interaction.kind), name) if part
            )

    @api.depends("note", "res_model", "res_id")
    @api.depends_context("uid", "lang")
    def _compute_subject(self):
        for model, interactions in self.grouped("res_model").items():
            texts = {}
            if model and model in self.env:
                ids = [interaction.res_id for interaction in interactions]
                texts = self._read_subjects(self.env[model].browse(ids).exists())
            for interaction in interactions:
                interaction.subject = interaction.note or texts.get(interaction.res_id)

    @api.model
    def _read_subjects(self, documents):
        """Return ``{id: text}`` of the documents that the user may read."""
        readable = documents._filtered_access("read")
        match documents._name:
            case "mail.message":
                return {mail.id: mail.subject or mail.preview for mail in readable}
            case "mailing.trace":
                return {trace.id: trace.mass_mailing_id.subject for trace in readable}
            case "mail.activity":
                return {done.id: done.feedback or done.display_name for done in readable}
        return {document.id: document.display_name for document in readable}

    @api.depends("origin", "user_id", "date")
    @api.depends_context("uid")
    def _compute_can_take_back(self):
        limit = fields.Datetime.now() - timedelta(hours=TAKE_BACK_HOURS)
        for interaction in self:
            interaction.can_take_back = (
                interaction.origin == "manual"
                and interaction.user_id == self.env.user
                and (interaction.logged_at or interaction.date) >= limit
            )

    def write(self, vals):
        if vals.keys() - {"result", "importance"}:
            raise UserError(
                self.env._("What was logged stays: only result and importance may change.")
            )
        return super().write(vals)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_document(self):
        """Open what the interaction was taken from, else its counterparty.

        A mail opens where it was written.
        """
        self.ensure_one()
        document = self.partner_id
        if self.res_model in self.env:
            document = self.env[self.res_model].browse(self.res_id).exists() or document
        if document._name == "mail.message" and document.model in self.env:
            document = self.env[document.model].browse(document.res_id)
        if document._name == "mailing.trace" and not document.has_access("read"):
            # what was sent is for those who mail
            document = self.partner_id
        if document._name == "mail.activity":
            return document.action_open_document()
        return document._get_records_action()

    def action_take_back(self):
        """Remove what the user has logged by mistake, within a day.

        :raises UserError: names the interaction that stays
        """
        for interaction in self:
            if not interaction.can_take_back:
                raise UserError(
                    self.env._(
                        "“%(interaction)s” stays: within %(hours)s hours whoever logged it by "
                        "hand may take it back.",
                        interaction=interaction.display_name,
                        hours=TAKE_BACK_HOURS,
                    )
                )
        meetings = self.filtered(lambda said: said.res_model == "calendar.event").mapped("res_id")
        # nobody deletes the past; that it is the user's own mistake was checked
        self.sudo().unlink()
        # that the meeting was held stays true
        self.sudo()._count_meetings_again(meetings)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _log_interactions(self, records):
        """Log what happened in documents, in one statement; what is logged already stays.

        :param records: documents whose model has ``_prepare_interaction_vals_list()``, which
            returns values of this model for all the records
        :return: how many interactions are new
        """
        vals_list = records._prepare_interaction_vals_list()
        return self._insert_interactions(
            [{"res_model": records._name, **vals} for vals in vals_list]
        )

    @api.model
    def _insert_interactions(self, vals_list):
        if not vals_list:
            return 0
        self._check_past(vals_list)
        partners = self.env["res.partner"].browse([vals["partner_id"] for vals in vals_list])
        rows = []
        for vals, partner in zip(vals_list, partners, strict=True):
            row = {
                "direction": "out",
                "importance": "0",
                "origin": "event",
                "commercial_partner_id": partner.commercial_partner_id.id,
                **vals,
            }
            rows.append(SQL("(%s)", SQL(", ").join(row.get(name) or None for name in COLUMNS)))
        self.env.cr.execute(
            SQL(
                """INSERT INTO counterparty_interaction (%(columns)s)
                   SELECT date::timestamp, company_id::int, commercial_partner_id::int,
                          partner_id::int, kind, direction, user_id::int, campaign_id::int,
                          medium_id::int, source_id::int, result, importance, note, origin,
                          logged_at::timestamp, res_model, res_id::int, promised_on::date,
                          promised_amount::numeric, promised_currency_id::int
                     FROM (VALUES %(rows)s) AS row (%(columns)s)
                   ON CONFLICT DO NOTHING""",
                columns=SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
                rows=SQL(", ").join(rows),
            )
        )
        added = self.env.cr.rowcount
        self.invalidate_model()
        return added

    @api.model
    def _insert_said(self, vals_list):
        """Log what somebody says of a contact.

        What was counted of the same meeting already takes it; beside what somebody else has said of
        it, this stands as a contact of its own.

        :param vals_list: as of ``_insert_interactions``, about one meeting or none
        """
        meeting = next((vals["res_id"] for vals in vals_list if vals.get("res_id")), None)
        if not meeting:
            return self._insert_interactions(vals_list)
        taken = self._take_meeting(vals_list[0], [vals["partner_id"] for vals in vals_list])
        said = {
            partner.id
            for (partner,) in self._read_group(
                [("res_model", "=", "calendar.event"), ("res_id", "=", meeting)], ["partner_id"]
            )
        }
        own = {"res_model": None, "res_id": None}
        return self._insert_interactions(
            [
                vals | own if vals["partner_id"] in said else vals
                for vals in vals_list
                if vals["partner_id"] not in taken
            ]
        )

    @api.model
    def _take_meeting(self, vals, partner_ids):
        """Write what was said into what the job has counted of a meeting.

        :return: ids of the partners with whom it was counted
        """
        self.flush_model()
        self._check_past([vals])
        names = ("note", "result", "importance", "logged_at", "user_id", *PROMISE)
        rows = self.env.execute_query(
            SQL(
                """UPDATE counterparty_interaction counted
                      SET origin = 'manual', direction = %(direction)s, %(said)s,
                          kind = CASE WHEN EXISTS (
                              SELECT FROM counterparty_interaction other
                               WHERE other.res_model = 'calendar.event'
                                 AND other.res_id = counted.res_id
                                 AND other.partner_id = counted.partner_id
                                 AND other.kind = %(kind)s) THEN counted.kind ELSE %(kind)s END
                    WHERE res_model = 'calendar.event' AND res_id = %(meeting)s
                      AND partner_id = ANY(%(partners)s) AND origin != 'manual'
                RETURNING partner_id""",
                direction=vals.get("direction") or "out",
                kind=vals["kind"],
                said=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), vals.get(name) or None) for name in names
                ),
                meeting=vals["res_id"],
                partners=partner_ids,
            )
        )
        self.invalidate_model()
        return {row[0] for row in rows}

    @api.model
    def _check_past(self, vals_list):
        """Refuse contacts that have not taken place yet, and those of a mistyped year.

        :raises ValidationError: names the contact and its date
        """
        # a clock of another server may be a little ahead
        limit = fields.Datetime.now() + timedelta(minutes=5)
        oldest = fields.Datetime.now() - relativedelta(years=OLDEST_YEARS)
        for vals in vals_list:
            if fields.Datetime.to_datetime(vals["date"]) > limit:
                raise ValidationError(
                    self.env._(
                        "The contact with %(name)s on %(date)s lies in the future: log it when it "
                        "has taken place.",
                        name=self.env["res.partner"].browse(vals["partner_id"]).display_name,
                        date=format_datetime(self.env, vals["date"]),
                    )
                )
            if fields.Datetime.to_datetime(vals["date"]) < oldest:
                raise ValidationError(
                    self.env._(
                        "The contact with %(name)s lies more than %(years)s years back: correct "
                        "its date.",
                        name=self.env["res.partner"].browse(vals["partner_id"]).display_name,
                        years=OLDEST_YEARS,
                    )
                )

    @api.model
    def _counterparty_merge(self, source, target):
        """Keep one of the contacts that a merge would log twice for one document."""
        # whichever stays knows what was promised
        self.env.cr.execute(
            SQL(
                """UPDATE counterparty_interaction mine
                      SET promised_on = other.promised_on,
                          promised_amount = other.promised_amount,
                          promised_currency_id = other.promised_currency_id
                     FROM counterparty_interaction other
                    WHERE mine.partner_id IN %(all)s AND other.partner_id IN %(all)s
                      AND mine.promised_on IS NULL AND other.promised_on IS NOT NULL
                      AND mine.res_model = other.res_model
                      AND mine.res_id = other.res_id
                      AND mine.kind = other.kind""",
                all=tuple((source | target).ids),
            )
        )
        self.env.cr.execute(
            SQL(
                """DELETE FROM counterparty_interaction mine
                    USING counterparty_interaction other
                    WHERE mine.partner_id IN %(source)s
                      AND other.partner_id IN %(all)s
                      AND mine.id > other.id
                      AND mine.res_model = other.res_model
                      AND mine.res_id = other.res_id
                      AND mine.kind = other.kind""",
                source=tuple(source.ids),
                all=tuple((source | target).ids),
            )
        )
        # the younger of the two may be the target's own
        self.env.cr.execute(
            SQL(
                """DELETE FROM counterparty_interaction mine
                    USING counterparty_interaction other
                    WHERE mine.partner_id = %(target)s
                      AND other.partner_id IN %(source)s
                      AND mine.res_model = other.res_model
                      AND mine.res_id = other.res_id
                      AND mine.kind = other.kind""",
                source=tuple(source.ids),
                target=target.id,
            )
        )
        self.invalidate_model()
