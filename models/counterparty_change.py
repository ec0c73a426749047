from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, plaintext2html

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..tools import request_states as states
from ..tools import web_form

CATEGORY = "help"
NAME, VAT, EMAIL, BANK = "name", "vat", "email", "bank"
WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"


class CounterpartyChange(models.Model):
    """One thing about a counterparty that it wants changed, until somebody approves it."""

    _name = "counterparty.change"
    _description = "Wanted Change"
    _order = "id desc"

    request_id = fields.Many2one(
        "counterparty.request", required=True, index=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Counterparty",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    kind = fields.Selection(
        [
            (NAME, "Name"),
            (VAT, "Tax Number"),
            (EMAIL, "E-mail of the Company"),
            (BANK, "Bank Account"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    old_value = fields.Char("Then", readonly=True, help="As it was when the change was asked for.")
    current_value = fields.Char("Now", compute="_compute_current_value")
    new_value = fields.Char("Wanted", required=True, readonly=True)
    state = fields.Selection(
        [(WAITING, "Waiting"), (APPROVED, "Approved"), (REFUSED, "Refused")],
        required=True,
        default=WAITING,
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    decided_on = fields.Datetime(readonly=True)
    asked_by_id = fields.Many2one(related="request_id.partner_id", string="Asked by")
    company_id = fields.Many2one(related="request_id.company_id")

    @api.depends("partner_id", "kind")
    def _compute_current_value(self):
        for change in self:
            change.current_value = change._get_value()

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            change.display_name = f"{change.partner_id.name}: {kinds.get(change.kind, '')}"

    def _get_value(self):
        self.ensure_one()
        if self.kind == BANK:
            return ", ".join(self.partner_id.bank_ids.mapped("acc_number"))
        return self.partner_id[self.kind] or ""

    # ------------------------------------------------------------
    # Decisions
    # ------------------------------------------------------------

    def action_approve(self):
        """Make the changes, in the rights of whoever approves.

        :raises UserError: when somebody has changed the same in the meantime; names it
        """
        self._check_may_decide()
        waiting = self.filtered(lambda change: change.state == WAITING)
        for change in waiting:
            # an account is added to those there are
            if change.kind != BANK and change._get_value() != (change.old_value or ""):
                raise UserError(
                    self.env._(
                        "%(change)s is “%(now)s” by now and was “%(then)s” when the change was "
                        "asked for. Refuse it, or change it by hand.",
                        change=change.display_name,
                        now=change._get_value(),
                        then=change.old_value or "",
                    )
                )
            change._apply()
        waiting._decide(APPROVED)

    def action_refuse(self):
        """Leave everything as it is."""
        self._check_may_decide()
        self.filtered(lambda change: change.state == WAITING)._decide(REFUSED)

    def _check_may_decide(self):
        if not self.env.user.has_group("counterparty_crm.group_officer"):
            raise AccessError(self.env._("Only officers approve what counterparties want changed."))

    def _apply(self):
        self.ensure_one()
        if self.kind == BANK:
            self._add_account()
        else:
            self.partner_id.write({self.kind: self.new_value})

    def _add_account(self):
        """Add the wanted account, or bring it back; whether we pay to it is decided elsewhere."""
        # an officer decides about the change; the host leaves accounts to other people
        accounts = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        number = sanitize_account_number(self.new_value)
        known = accounts.search(
            [("partner_id", "=", self.partner_id.id), ("sanitized_acc_number", "=", number)]
        )
        if known:
            known.active = True
        else:
            accounts.create({"partner_id": self.partner_id.id, "acc_number": self.new_value})

    def _decide(self, state):
        # the marks of a decision are written by it alone
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        decided = dict(self._fields["state"]._description_selection(self.env))[state]
        for request in self.request_id:
            changes = self.filtered(lambda change, request=request: change.request_id == request)
            lines = [f"{kinds[change.kind]}: {change.new_value}" for change in changes]
            request._answer(plaintext2html("\n".join([decided, *lines])))
            if WAITING not in request.change_ids.mapped("state") and request.state in states.LIVE:
                request._solve()

    # ------------------------------------------------------------
    # Wishes
    # ------------------------------------------------------------

    @api.model
    def _ask(self, partner, wanted):
        """Ask for changes of a counterparty, for the visitor of the portal.

        :param partner: commercial partner
        :param wanted: ``{kind: new value}``, cleaned
        :return: the request, sudoed; none when nothing would change
        """
        # visitors ask, the desk writes; what is wanted is decided by the page
        changes = self.sudo()
        vals_list = []
        for kind, value in wanted.items():
            change = changes.new({"partner_id": partner.id, "kind": kind})
            old = change._get_value()
            known = [old]
            if kind == BANK:
                known = partner.sudo().bank_ids.mapped("sanitized_acc_number")
            is_same = (sanitize_account_number(value) if kind == BANK else value) in known
            if value and not is_same and not changes._is_waiting(partner, kind, value):
                vals_list.append(
                    {"partner_id": partner.id, "kind": kind, "old_value": old, "new_value": value}
                )
        if not vals_list:
            return changes.request_id
        requests = self.env["counterparty.request"]
        # the category is ours, whether customers may choose it or not
        category = requests.env["counterparty.request.category"].sudo()
        category = category.search([("code", "=", CATEGORY)], limit=1)
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        lines = [
            # accounts that are known already are none of the words of a request
            f"{kinds[vals['kind']]}: {vals['new_value']}"
            if vals["kind"] == BANK
            else f"{kinds[vals['kind']]}: {vals['old_value'] or '–'} → {vals['new_value']}"
            for vals in vals_list
        ]
        answers = {
            **dict.fromkeys(("subject", "product", "lot", "place", "phone")),
            "wanted_date": None,
            "amount": None,
            "name": self.env._("Change of the data of %(company)s", company=partner.sudo().name),
            "description": "\n".join(lines),
        }
        request = requests._create_from_form(category, answers)
        changes.create([{**vals, "request_id": request.id} for vals in vals_list])
        return request

    @api.model
    def _is_waiting(self, partner, kind, value):
        domain = [("partner_id", "=", partner.id), ("kind", "=", kind), ("state", "=", WAITING)]
        return bool(self.search_count([*domain, ("new_value", "=", value)], limit=1))

    @api.model
    def _read_problems(self, wanted):
        """Return the kinds whose wanted value cannot be right."""
        problems = set()
        if wanted.get(EMAIL) and not email_normalize(wanted[EMAIL]):
            problems.add(EMAIL)
        if wanted.get(BANK) and not web_form.is_account(wanted[BANK]):
            problems.add(BANK)
        if wanted.get(VAT) and not web_form.is_tax_number(wanted[VAT]):
            problems.add(VAT)
        return problems
