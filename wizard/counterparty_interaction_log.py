from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from ..models.mail_activity import ABOUT_CONTACT
from ..tools.interactions import KINDS, PERSONAL_KINDS, PROMISE, may_promise


class CounterpartyInteractionLog(models.TransientModel):
    """What somebody has just agreed with one or many counterparties, and what comes next."""

    _name = "counterparty.interaction.log"
    _description = "Log an Interaction"

    partner_ids = fields.Many2many("res.partner", string="Counterparties or Contacts")
    kind = fields.Selection(
        [choice for choice in KINDS if choice[0] in PERSONAL_KINDS], required=True, default="call"
    )
    direction = fields.Selection(
        [("out", "To the counterparty"), ("in", "From the counterparty")],
        required=True,
        default="out",
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    note = fields.Text("What Was Agreed")
    result = fields.Selection(
        [("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")]
    )
    # what a single counterparty promised to pay
    may_promise = fields.Boolean(compute="_compute_may_promise")
    promised_on = fields.Date("Payment Promised By")
    promised_amount = fields.Monetary("Amount Promised", currency_field="promised_currency_id")
    promised_currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    importance = fields.Selection([("0", "Normal"), ("1", "Important")], default="0")
    # what was planned, and is done with this
    activity_id = fields.Many2one(
        "mail.activity",
        "Finishes",
        domain="[('id', 'in', open_activity_ids)]",
        ondelete="cascade",
        help="The planned activity that is done with this.",
    )
    open_activity_ids = fields.Many2many("mail.activity", compute="_compute_open_activity_ids")
    event_id = fields.Many2one("calendar.event", "Meeting", ondelete="cascade")

    # next step
    next_date = fields.Date("Next Step On")
    next_type_id = fields.Many2one(
        "mail.activity.type",
        "Next Step",
        domain="[('res_model', 'in', [False, 'res.partner']), ('category', '!=', 'upload_file')]",
    )
    next_summary = fields.Char("What to Do")
    next_user_id = fields.Many2one(
        "res.users",
        "For",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        context = self.env.context
        if context.get("active_model") == "res.partner" and not values.get("partner_ids"):
            ids = context.get("active_ids") or [context.get("active_id")]
            values["partner_ids"] = [Command.set([number for number in ids if number])]
        return values

    @api.depends("partner_ids")
    def _compute_open_activity_ids(self):
        for log in self:
            # of the user alone: what colleagues have planned they finish themselves
            log.open_activity_ids = self.env["mail.activity"].search(
                [
                    ("user_id", "=", self.env.uid),
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", log.partner_ids.ids),
                    ("calendar_event_id", "=", False),
                ],
                limit=20,
            )

    @api.depends("partner_ids", "result")
    def _compute_may_promise(self):
        for log in self:
            log.may_promise = len(log.partner_ids) == 1 and may_promise(log.result)

    @api.onchange("next_date")
    def _onchange_next_date(self):
        if self.next_date and not self.next_type_id:
            kind = {"email": "email", "meeting": "meeting", "visit": "meeting"}.get(self.kind)
            name = f"mail.mail_activity_data_{kind or 'call'}"
            self.next_type_id = self.env.ref(name, raise_if_not_found=False)

    @api.onchange("next_type_id")
    def _onchange_next_type_id(self):
        if self.next_type_id and not self.next_date:
            self.next_date = self.env["mail.activity"]._calculate_date_deadline(self.next_type_id)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_log(self):
        """Log the interaction with each of the counterparties, and plan the next step."""
        self.ensure_one()
        partners = self._get_partners()
        # nobody writes the past but this: that the user sees the counterparties was checked
        Interaction = self.env["counterparty.interaction"].sudo()
        logged = self._finish_activity() if self.activity_id else partners.browse()
        Interaction._insert_said(self._prepare_interaction_vals_list(partners - logged))
        self._plan_next_step(partners)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._describe_logged(partners),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_partners(self):
        """Return the counterparties, as far as the user may read them.

        :raises UserError: when there are none
        :raises AccessError: when one of them is hidden from the user
        """
        if not self.partner_ids:
            raise UserError(self.env._("Choose the counterparty with which you were in contact."))
        self.partner_ids.check_access("read")
        if self.next_date and self.next_date < fields.Date.context_today(self):
            raise ValidationError(
                self.env._("The next step lies in the past. Choose today or a later day.")
            )
        return self.partner_ids

    def _finish_activity(self):
        """Mark what was planned as done; its own interaction says what was agreed.

        :return: the counterparty that this was about
        """
        activity = self.activity_id
        activity.check_access("read")
        self.env["counterparty.interaction"]._check_past(
            [{"date": self.date, "partner_id": self.partner_ids[:1].id}]
        )
        about = {
            "kind": self.kind,
            "date": self.date,
            "direction": self.direction,
            "note": self.note,
            "result": self.result,
            "importance": self.importance,
            **self._prepare_promise(),
        }
        activity.with_context(**{ABOUT_CONTACT: about})._action_done(feedback=self.note)
        return (
            self.env["counterparty.interaction"]
            .search([("res_model", "=", "mail.activity"), ("res_id", "=", activity.id)])
            .partner_id
        )

    def _prepare_interaction_vals_list(self, partners):
        self.ensure_one()
        document, promise = {}, self._prepare_promise()
        if self.event_id:
            self.event_id.check_access("read")
            document = {"res_model": "calendar.event", "res_id": self.event_id.id}
        return [
            {
                "date": self.date,
                "company_id": (partner.company_id or self.env.company).id,
                "partner_id": partner.id,
                "kind": self.kind,
                "direction": self.direction,
                "user_id": self.env.uid,
                "result": self.result,
                "importance": self.importance,
                "note": self.note,
                "origin": "manual",
                "logged_at": fields.Datetime.now(),
                **document,
                **promise,
            }
            for partner in partners
        ]

    def _prepare_promise(self):
        """Return what was promised to be paid, and nothing where the form does not ask for it.

        :raises ValidationError: for half a promise, and for one that was due before the contact
        """
        self.ensure_one()
        amount = self.promised_amount
        if not self.may_promise or not (self.promised_on or amount):
            return {}
        if not self.promised_on or amount <= 0 or not self.promised_currency_id:
            raise ValidationError(
                self.env._("Of a promise to pay note the day and an amount of more than zero.")
            )
        if self.promised_on < fields.Datetime.context_timestamp(self, self.date).date():
            raise ValidationError(
                self.env._("The payment is promised for a day before the contact. Correct the day.")
            )
        values = (self.promised_on, amount, self.promised_currency_id.id)
        return dict(zip(PROMISE, values, strict=True))

    def _plan_next_step(self, partners):
        if not self.next_date:
            return
        todo = self.next_type_id or self.env.ref("mail.mail_activity_data_todo")
        user = self.next_user_id or self.env.user
        self._check_next_user(user, partners)
        # whoever logs what was agreed plans what follows, also without changing the contact
        Activity = self.env["mail.activity"].sudo()
        if len(partners) > 1:
            # one word about all of them, not a mail for each
            Activity = Activity.with_context(mail_activity_quick_update=True)
        steps = Activity.create([self._prepare_next_step(todo, user, one) for one in partners])
        if len(partners) > 1 and user != self.env.user:
            self._tell_next_steps(user, steps)

    def _prepare_next_step(self, todo, user, partner):
        return {
            "activity_type_id": todo.id,
            "automated": True,
            "date_deadline": self.next_date,
            "note": self.note and plaintext2html(self.note),
            "res_id": partner.id,
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "summary": self.next_summary or self._get_first_line(),
            "user_id": user.id,
        }

    def _tell_next_steps(self, user, steps):
        """Tell a colleague what was planned for him or her with many counterparties."""
        spoken = self.with_context(lang=user.lang)
        text = spoken.env._(
            "%(who)s has planned “%(what)s” for you with %(count)s counterparties.",
            who=self.env.user.name,
            what=steps[0].with_env(spoken.env).sudo().display_name,
            count=len(steps),
        )
        self.env["mail.thread"].message_notify(
            body=text, subject=text, partner_ids=user.partner_id.ids
        )

    def _check_next_user(self, user, partners):
        """Refuse people who cannot do the next step.

        :raises ValidationError: names the person
        """
        # in all companies of the person, who may work in others than the user
        companies = user.sudo().company_ids.ids
        seen = partners.with_user(user).with_context(allowed_company_ids=companies)
        if user.share or not seen.has_access("read"):
            raise ValidationError(
                self.env._(
                    "%(user)s may not see this counterparty. Choose somebody else for the next "
                    "step.",
                    user=user.name,
                )
            )

    def _get_first_line(self):
        return next(iter((self.note or "").splitlines()), "")[:80]

    def _describe_logged(self, partners):
        if len(partners) == 1:
            return self.env._("Logged: %(partner)s", partner=partners.display_name)
        return self.env._("Logged for %(count)s counterparties", count=len(partners))
