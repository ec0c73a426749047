"""My prices: the customer's own price list, to search and to take along."""

import io

import xlsxwriter

from odoo.fields import Domain
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.counterparty_request_submission import ACTION
from ..tools import authorization as scopes
from ..tools import web_form
from . import request_form

MOST_ROWS = 5000
ORDER = "default_code, name, id"


class PricesPortal(CustomerPortal):
    """The page of prices and its file."""

    def _is_prices_open(self):
        return bool(self._get_our_companies("prices"))

    def _get_buyer(self):
        """Return the one whose prices are shown, sudoed: who is represented, or the visitor."""
        partners = self._get_represented_now(scopes.ORDERS)
        return partners if len(partners) == 1 else partners.browse()

    def _get_products(self):
        # sudo: portal users may not read products; what is for sale is shown to customers
        return request.env["product.product"].sudo()

    def _domain_products(self, search):
        """Return the domain of products that are for sale."""
        domain = Domain("sale_ok", "=", True) & Domain(
            "company_id", "in", (False, request.env.company.id)
        )
        if search:
            domain &= Domain("default_code", "ilike", search) | Domain(
                "product_tmpl_id.name", "ilike", search
            )
        return domain

    def _get_prices(self, buyer, products):
        """Return ``[(product, price)]`` and the currency, for one piece today."""
        company = request.env.company
        pricelist = buyer.with_company(company).property_product_pricelist
        if not pricelist:
            prices = [(product, product.lst_price) for product in products]
            # sudo: the currency that our prices are in
            return prices, company.sudo().currency_id
        prices = pricelist._get_products_price(products, 1.0)
        return [(product, prices[product.id]) for product in products], pricelist.currency_id

    @route(
        ["/my/prices", "/my/prices/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_prices(self, page=1, search=None, **query):
        """Show a page of the price list."""
        self._choose_company(query.get("company"), "prices")
        if not self._is_prices_open():
            return request.redirect("/my")
        search = web_form.clean_line(search)
        buyer = self._get_buyer()
        found, pages = self._get_products().browse(), None
        if buyer:
            found, pages = self._paged(
                self._get_products(),
                "/my/prices",
                page,
                self._domain_products(search),
                ORDER,
                search=search,
                company=request.env.company.id,
            )
        prices, currency = self._get_prices(buyer, found)
        return self._render(
            "counterparty_crm.portal_prices",
            "counterparty_prices",
            {
                **self._get_company_values("prices"),
                "default_url": "/my/prices",
                "prices": prices,
                "currency": currency,
                "buyer": buyer,
                "nobody": self._get_nobody_reason(self._get_represented_now(scopes.ORDERS)),
                "pager": pages,
                "search": search,
            },
        )

    @route("/my/prices/xlsx", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_prices_file(self, **post):
        """Give the price list as a file; names are texts, never formulas.

        Thousands of prices take seconds: made by a button, where it is counted.
        """
        self._choose_company(post.get("company"), "prices")
        buyer = self._get_buyer() if self._is_prices_open() else None
        if not buyer:
            return request.redirect("/my")
        request_form.accept({}, ACTION, f"prices {request.env.uid}")
        domain = self._domain_products("")
        products = self._get_products().search(domain, order=ORDER, limit=MOST_ROWS)
        count = self._get_products().search_count(domain)
        prices, currency = self._get_prices(buyer, products)
        return request.make_response(
            self._write_file(prices, currency, count),
            headers=[
                *request_form.PRIVATE.items(),
                (
                    "Content-Type",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
                ("Content-Disposition", content_disposition("prices.xlsx")),
            ],
        )

    def _write_file(self, prices, currency, count):
        """Return the workbook of prices; it says when there are more.

        :param count: of all that are for sale
        """
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            env = request.env
            titles = (
                env._("Code"),
                env._("Product"),
                env._("Unit"),
                env._("Price"),
                env._("Currency"),
            )
            for column, title in enumerate(titles):
                sheet.write_string(0, column, title)
            for row, (product, price) in enumerate(prices, start=1):
                sheet.write_string(row, 0, web_form.plain_cell(product.default_code))
                sheet.write_string(row, 1, web_form.plain_cell(product.name))
                sheet.write_string(row, 2, web_form.plain_cell(product.uom_id.name))
                sheet.write_number(row, 3, currency.round(price))
                sheet.write_string(row, 4, currency.name)
            if count > len(prices):
                text = env._(
                    "These are the first %(shown)s of %(count)s products.",
                    shown=len(prices),
                    count=count,
                )
                sheet.write_string(len(prices) + 2, 0, text)
        return stream.getvalue()
