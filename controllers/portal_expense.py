"""Expense claims of employees with a login, where the host's expenses are installed."""

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal


class ExpensePortal(CustomerPortal):
    """What an employee has claimed, how much, and where it stands."""

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        # asked by the home alone
        values["counterparty_has_expenses"] = self._is_expenses_open
        return values

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "counterparty_expense_count" in counters:
            values["counterparty_expense_count"] = (
                self._get_expenses().search_count(
                    self._domain_expenses(self._get_our_companies("expenses"))
                )
                if self._is_expenses_open()
                else 0
            )
        return values

    def _is_expenses_open(self):
        if "hr.expense" not in request.env:
            return False
        companies = self._get_our_companies("expenses")
        return bool(companies and self._get_employees(companies))

    def _get_employees(self, companies):
        """Return the visitor as an employee of our companies, sudoed; former ones, too."""
        user = request.env.user
        person = Domain("user_id", "=", user.id)
        if not user.partner_id.is_company:
            person |= Domain("work_contact_id", "=", user.partner_id.id)
        # sudo: portal users have no rights on employees; the domain names the visitor alone
        employees = request.env["hr.employee"].sudo().with_context(active_test=False)
        return employees.search(person & Domain("company_id", "in", companies.ids))

    def _get_expenses(self):
        # sudo: portal users have no rights on expenses; the domain names their own
        return request.env["hr.expense"].sudo()

    def _domain_expenses(self, companies):
        return Domain("employee_id", "in", self._get_employees(companies).ids)

    @route(
        ["/my/expenses", "/my/expenses/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_expenses(self, page=1, **query):
        """List the visitor's own expense claims."""
        self._choose_company(query.get("company"), "expenses")
        if not self._is_expenses_open():
            return request.redirect("/my")
        found, pages = self._paged(
            self._get_expenses(),
            "/my/expenses",
            page,
            self._domain_expenses(request.env.company),
            "date desc, id desc",
            company=request.env.company.id,
        )
        return self._render(
            "counterparty_crm.portal_expenses",
            "counterparty_expenses",
            {
                **self._get_company_values("expenses"),
                "default_url": "/my/expenses",
                "expenses": found,
                "pager": pages,
            },
        )
