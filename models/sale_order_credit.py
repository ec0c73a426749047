import logging
from typing import NamedTuple

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

_logger = logging.getLogger(__name__)

GROUP_USER = "counterparty_crm.group_user"
OVERRIDE = "counterparty_crm.group_credit_override"
# confirmed orders whose growth is checked once, at the end of the save that is going on
CHECKED = "counterparty_credit_checked_ids"


class OrderIds(tuple):
    """Ids of orders that code of ours puts into the context.

    What a client sends there is a list of numbers: it is never taken for one of these, nor equal to
    one, whatever is in it.
    """

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class CreditFacts(NamedTuple):
    """What a confirmed order draws on the credit of a group: who owes how much in which currency.

    :param is_prepaid: its terms ask for payment in advance, so that it was let pass
    """

    debtor_id: int
    currency_id: int
    amount: float
    is_prepaid: bool


class CounterpartyCreditOrderMixin(models.AbstractModel):
    """An order that waits, passes or is stopped because of the credit of a group."""

    _name = "counterparty.credit.order.mixin"
    _description = "Order checked against group credit"

    # the customer's page, which reads as system, says that the order will be confirmed
    counterparty_credit_state = fields.Selection(
        [("hold", "Credit Check"), ("repeat", "Waiting for Credit Check")],
        groups=GROUP_USER,
        string="Credit Check",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    counterparty_credit_warning = fields.Char(
        compute="_compute_counterparty_credit_warning", groups=GROUP_USER
    )

    @api.depends("partner_id", "partner_invoice_id", "amount_total", "state", "company_id")
    def _compute_counterparty_credit_warning(self):
        Credit = self.env["counterparty.group.credit"]
        for order in self:
            order.counterparty_credit_warning = False
            if order.state in ("draft", "sent") and Credit._get_mode(order.company_id) != "off":
                verdict = Credit._peek(order)
                if verdict and not order._is_counterparty_credit_allowed():
                    order.counterparty_credit_warning = Credit._describe(order, verdict)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_override_counterparty_credit(self):
        """Open the dialog that lets this order exceed the credit of its group, with a reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exceed group credit"),
            "res_model": "counterparty.credit.override",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    # ------------------------------------------------------------
    # Check
    # ------------------------------------------------------------

    def _clear_counterparty_credit(self):
        """Check the credit of the groups of orders about to be confirmed; return those to confirm.

        An order of a person at work is refused with the reason. One that its customer or a job
        confirms stays a quotation marked for the credit check: neither reads a message of ours.

        :raises UserError: naming head, limit, exposure and missing amount
        """
        Credit = self.env["counterparty.group.credit"]
        checked = self.filtered(lambda order: Credit._get_mode(order.company_id) != "off")
        if not checked:
            return self
        by_person = self._is_counterparty_credit_interactive()
        held = self.browse()
        # the host repeats a request that came second; a job has to repeat itself
        in_job = self._is_counterparty_credit_in_job()
        verdicts = Credit._try_check(checked) if in_job else Credit._check_orders(checked)
        if verdicts is None:
            held = checked.filtered(lambda order: not order._passes_counterparty_credit())
            held._hold_counterparty_credit("repeat")
            verdicts = Credit._check_orders(checked - held, lock=False)
        for order, verdict in verdicts.items():
            message = Credit._describe(order, verdict)
            if order._is_counterparty_credit_allowed():
                continue
            if order._is_counterparty_credit_paid():
                order._tell_counterparty_credit(message)
            elif Credit._get_mode(order.company_id) == "warn":
                order._note_counterparty_credit(message)
            elif by_person:
                raise UserError(
                    self.env._(
                        "%(reason)s Ask for a payment, or let somebody who may exceed group credit "
                        "confirm it.",
                        reason=message,
                    )
                )
            else:
                order._hold_counterparty_credit("hold", message)
                held |= order
        return self - held

    def _check_counterparty_credit_growth(self, before):
        """Check confirmed orders that have grown, or that somebody else owes or on other terms.

        :param before: ``{order: CreditFacts}``
        :raises UserError: when a person at work lets an order grow over the credit of its group
        """
        Credit = self.env["counterparty.group.credit"]
        grown = self.filtered(lambda order: order._draws_more_counterparty_credit(before[order]))
        if not grown:
            return
        by_person = self._is_counterparty_credit_interactive()
        # a job is only told: it need not come one after the other, nor repeat itself
        lock = not self._is_counterparty_credit_in_job()
        for order, verdict in Credit._check_orders(grown, confirmed=True, lock=lock).items():
            if order._is_counterparty_credit_allowed() or order._is_counterparty_credit_paid():
                continue
            message = Credit._describe(order, verdict)
            if by_person and Credit._get_mode(order.company_id) == "block":
                raise UserError(
                    self.env._(
                        "%(reason)s Ask for a payment, or let somebody who may exceed group credit "
                        "allow the new amount first, in the actions of the order.",
                        reason=message,
                    )
                )
            order._note_counterparty_credit(message)

    def _draws_more_counterparty_credit(self, before):
        """Tell whether a confirmed order may exceed the credit of a group more than before."""
        now = self._get_counterparty_credit_fact()
        return (
            (now.debtor_id, now.currency_id) != (before.debtor_id, before.currency_id)
            or (before.is_prepaid and not now.is_prepaid)
            or self.currency_id.compare_amounts(now.amount, before.amount) > 0
        )

    def _get_counterparty_credit_facts(self):
        """Return ``{order: CreditFacts}`` of confirmed orders whose growth has to be checked."""
        Credit = self.env["counterparty.group.credit"]
        known = self._get_counterparty_credit_known(CHECKED)
        return {
            order: order._get_counterparty_credit_fact()
            for order in self
            if order.state == "sale"
            and order.id not in known
            and Credit._get_mode(order.company_id) != "off"
        }

    @api.model
    def _get_counterparty_credit_known(self, key):
        """Return the ids of orders under a key of the context, unless a client has put it there."""
        known = self.env.context.get(key)
        return known if isinstance(known, OrderIds) else OrderIds()

    def _get_counterparty_credit_fact(self):
        # terms and partners of other companies bind those who may not read them
        order = self.sudo()
        return CreditFacts(
            order._get_counterparty_debtor().id,
            order.currency_id.id,
            order.amount_total,
            order.payment_term_id.counterparty_is_prepaid,
        )

    def _get_counterparty_debtor(self):
        """Return who will owe the order: the company of the invoice address, as for the host."""
        return self.partner_invoice_id.commercial_partner_id

    def _is_counterparty_credit_in_job(self):
        # whoever calls from outside may send the key of a job, and always has a request
        return "cron_end_time" in self.env.context and not request

    def _is_counterparty_credit_interactive(self):
        """Tell whether a person of ours is at work, who can read a refusal and act on it."""
        in_job = self._is_counterparty_credit_in_job()
        return not self.env.su and not in_job and self.env.user._is_internal()

    def _is_counterparty_credit_allowed(self):
        """Tell whether the order was allowed over the credit of its group, up to its amount.

        The permission is for who owed the order then, and in the currency of then.
        """
        # it binds sellers who may not read the fields
        order = self.sudo()
        allowed, currency = (
            order.counterparty_credit_override,
            order.counterparty_credit_override_currency_id,
        )
        return (
            bool(allowed)
            and order.counterparty_credit_override_partner_id == order._get_counterparty_debtor()
            and currency == order.currency_id
            and currency.compare_amounts(order.amount_total, allowed) <= 0
        )

    def _is_counterparty_credit_paid(self):
        """Tell whether payments cover the order, or its terms ask for payment in advance.

        A prepayment that is enough to confirm covers no more than itself: the rest is checked.
        """
        # payments are not for sellers to read, yet they decide
        order = self.sudo()
        if order.payment_term_id.counterparty_is_prepaid:
            return True
        return (
            order.amount_paid > 0
            and order.currency_id.compare_amounts(order.amount_paid, order.amount_total) >= 0
        )

    def _passes_counterparty_credit(self):
        """Tell whether the order is confirmed in spite of an exceeded limit."""
        return (
            self._is_counterparty_credit_allowed()
            or self._is_counterparty_credit_paid()
            or self.env["counterparty.group.credit"]._get_mode(self.company_id) == "warn"
        )

    def _get_counterparty_credit_amount(self):
        """Return the amount in the company's currency; ``None`` where no exchange rate is known.

        The host takes 1 for a rate that is missing. What was paid in part and is not booked yet is
        not owed any more; what is booked has lowered the receivable. An order paid in full counts
        as it is, for whoever is to hear that it went over the limit.
        """
        self.ensure_one()
        company = self.company_id.root_id
        amount = self.amount_total
        if not self._is_counterparty_credit_paid():
            amount = max(0.0, amount - self._get_counterparty_credit_unbooked())
        if self.currency_id == company.currency_id:
            return amount
        # rates are no secret: they bind whoever sells
        has_rate = (
            self.env["res.currency.rate"]
            .sudo()
            .search_count(
                [
                    ("currency_id", "=", self.currency_id.id),
                    ("company_id", "in", (False, company.id)),
                ],
                limit=1,
            )
        )
        return amount / self.currency_rate if has_rate and self.currency_rate else None

    def _get_counterparty_credit_unbooked(self):
        """Return what the customer has paid for the order and no journal entry shows yet."""
        # payments are not for sellers to read, yet they decide
        payments = self.sudo().transaction_ids.filtered(
            lambda payment: (
                payment.state in ("authorized", "done")
                and payment.payment_id.move_id.state != "posted"
            )
        )
        return sum(payments.mapped("amount"))

    # ------------------------------------------------------------
    # Effects
    # ------------------------------------------------------------

    def _allow_counterparty_credit(self, amount):
        """Allow orders over the credit of their groups as they are now, or withdraw it with 0.

        :param amount: what is allowed at most, taxes included, in the currency of the order
        """
        # read-only for everybody: the wizard checks the right to it, whoever cancels withdraws it
        for order in self.sudo():
            if amount or order.counterparty_credit_override:
                order.write(
                    {
                        "counterparty_credit_override": amount,
                        "counterparty_credit_override_currency_id": order.currency_id.id,
                        "counterparty_credit_override_partner_id": (
                            order._get_counterparty_debtor().id
                        ),
                    }
                )

    def _hold_counterparty_credit(self, state, message=None):
        """Keep orders as quotations marked for the credit check."""
        # the customer or a job acts here, neither of whom may write our fields
        for order in self.sudo():
            values = {"counterparty_credit_state": state}
            if order.state != "sent":
                values["state"] = "sent"
            order.write(values)
            if state == "hold":
                order._schedule_counterparty_credit(message)
        if state == "repeat":
            self.env.ref("counterparty_crm.ir_cron_group_credit")._trigger()

    def _schedule_counterparty_credit(self, message):
        """Ask somebody who may decide to look at a held order; no mail goes out."""
        kind = "counterparty_crm.mail_activity_credit_check"
        if self.activity_search([kind]):
            return
        deciders = self._get_counterparty_credit_deciders()
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            kind,
            note=message,
            user_id=(deciders[:1] or self.user_id or self.env.ref("base.user_admin")).id,
        )

    def _get_counterparty_credit_deciders(self):
        """Return the people who may exceed group credit in the company of the order."""
        people = self.env.ref(OVERRIDE).sudo().all_user_ids
        return people.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
            and user.id != self.env.ref("base.user_root").id
        )  # fmt: skip

    def _note_counterparty_credit(self, message):
        self.sudo().message_post(body=message, subtype_xmlid="mail.mt_note")

    def _tell_counterparty_credit(self, message):
        """Tell the credit group that a paid order went over the credit of its group."""
        self.sudo().message_post(
            body=self.env._("Confirmed because it is paid or prepaid. %(reason)s", reason=message),
            partner_ids=self._get_counterparty_credit_deciders().partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _tell_counterparty_credit_delivered(self):
        """Tell the credit group of orders that exceed the credit by what was delivered."""
        Credit = self.env["counterparty.group.credit"]
        for order, verdict in Credit._check_orders(self, confirmed=True, lock=False).items():
            order.message_post(
                body=self.env._(
                    "Delivered beyond the order. %(reason)s",
                    reason=Credit._describe(order, verdict),
                ),
                partner_ids=order._get_counterparty_credit_deciders().partner_id.ids,
                subtype_xmlid="mail.mt_note",
            )

    def _settle_counterparty_credit(self):
        """Take the mark off orders that were confirmed or cancelled in the end."""
        # whoever confirms or cancels ends the check
        marked = self.sudo().filtered("counterparty_credit_state")
        if marked:
            marked.write({"counterparty_credit_state": False})
            marked.activity_feedback(["counterparty_crm.mail_activity_credit_check"])

    def _repeat_counterparty_credit(self):
        """Confirm a waiting order; one that cannot be is left to a person, with the reason.

        The others that wait are not held up by it.
        """
        try:
            with self.env.cr.savepoint():
                self.action_confirm()
        except UserError as refusal:
            self._leave_counterparty_credit(str(refusal))
        except OperationalError:
            # another transaction came first: the next run tries again
            return
        except Exception as problem:
            _logger.warning("order %s could not be confirmed", self.id, exc_info=True)
            self._leave_counterparty_credit(
                self.env._("The order could not be confirmed: %(problem)s", problem=problem)
            )

    def _leave_counterparty_credit(self, message):
        """Leave a waiting order to a person, with the reason why a job could not confirm it."""
        self._hold_counterparty_credit("hold", message)
        self._note_counterparty_credit(message)

    @api.model
    def _cron_repeat_counterparty_credit(self):
        """Confirm orders that a job could not check because another order came first."""
        waiting = self.search([("counterparty_credit_state", "=", "repeat")])
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for order in waiting:
            locked = order.try_lock_for_update()
            locked.filtered(lambda o: o.state in ("draft", "sent"))._repeat_counterparty_credit()
            if not self.env["ir.cron"]._commit_progress(1):
                break
