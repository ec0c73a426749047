"""A company with two currencies whose books can be filled by hand, for the tests of statements."""

from datetime import date

from odoo import Command, fields
from odoo.tests.common import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import QUIET

YEAR_END = date(2026, 12, 31)


class StatementCase(AccountTestInvoicingCommon):
    """Invoices, payments and entries of one customer that is a supplier, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, **QUIET))
        cls.company = cls.company_data["company"]
        cls.own = cls.company.currency_id
        cls.other = cls.setup_other_currency("EUR", rounding=0.01)
        cls.Statement = cls.env["counterparty.statement"]
        cls.source = cls.env["counterparty.statement.source"]
        cls.env["counterparty.statement.account"]._fill(cls.company)
        cls.northwind = cls.env["res.partner"].create(
            {"name": "Northwind", "is_company": True, "email": "books@northwind.example"}
        )
        cls.ben = cls.env["res.partner"].create(
            {"name": "Ben Cole", "parent_id": cls.northwind.id, "type": "other"}
        )
        cls.slowpay = cls.env["res.partner"].create({"name": "Slowpay", "is_company": True})
        cls.advances = cls.env["account.account"].create(
            {
                "name": "Advances from customers",
                "code": "419100",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        cls.rule = cls.env["counterparty.statement.account"].create(
            {"company_id": cls.company.id, "section": "advance_received", "code_prefix": "419"}
        )
        cls.clerk = cls._accountant("clara", "account.group_account_invoice")
        cls.env.flush_all()

    @classmethod
    def _accountant(cls, login, *groups):
        return new_test_user(
            cls.env,
            login,
            groups=",".join(["counterparty_crm.group_user", *groups]),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    # ------------------------------------------------------------
    # Builders
    # ------------------------------------------------------------

    def _move(self, amount=100.0, day="2026-03-10", kind="out_invoice", **values):
        """Post an invoice or another document of Northwind without taxes."""
        values.setdefault("partner_id", self.northwind.id)
        if "due" in values:
            values.update(invoice_date_due=values.pop("due"), invoice_payment_term_id=False)
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Advice", "price_unit": amount, "tax_ids": [Command.clear()]}
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _pay(self, moves, amount=None, day="2026-04-10", currency=None):
        """Pay documents, in part where an amount is told."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"payment_date": day})
        )
        if currency:
            wizard.currency_id = currency
        if amount:
            wizard.amount = amount
        return wizard._create_payments()

    def _entry(self, account, amount, day="2026-02-01", currency=None, partner=None, own=None):
        """Post an entry: the partner owes more by the amount on the account."""
        currency = currency or self.own
        balance = amount if own is None else own
        common = {"partner_id": (partner or self.northwind).id, "currency_id": currency.id}
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            **common,
                            "account_id": account.id,
                            "balance": balance,
                            "amount_currency": amount,
                        }
                    ),
                    Command.create(
                        {
                            **common,
                            "account_id": self.company_data["default_account_revenue"].id,
                            "balance": -balance,
                            "amount_currency": -amount,
                        }
                    ),
                ],
            }
        )
        move.action_post()
        return move

    # ------------------------------------------------------------
    # Readers
    # ------------------------------------------------------------

    def _ledgers(self, start="2026-01-01", end=YEAR_END, partner=None, **options):
        start, end = fields.Date.to_date(start), fields.Date.to_date(end)
        return self.source._get_ledgers(
            partner or self.northwind, self.company, start, end, **options
        )

    def _closings(self, *args, **options):
        found = self._ledgers(*args, **options)
        return {(one.section, one.currency): one.closing for one in found}

    def _open(self, day=None, partner=None, **options):
        partner = partner or self.northwind
        found = self.source._get_open_items(partner, self.company, day, **options)
        return found.get(partner.id, [])

    def _issue(self, kind="confirmation", partners=None, **terms):
        values = {"date_from": date(2026, 1, 1), "date_to": YEAR_END, **terms}
        return self.Statement._issue(partners or self.northwind, self.company, kind=kind, **values)
