"""Ask for an offer, and order again: both become a request that staff turn into a quotation."""

from uuid import uuid4

from odoo import Command
from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import web_form
from . import request_form
from .portal_common import MAX_ID

CATEGORY = "information"
ROWS = 6
MOST_ROWS = 40
MOST_PIECES = 1_000_000


class OfferPortal(CustomerPortal):
    """The form for an offer."""

    def _is_offer_open(self):
        requests = request.env["counterparty.request"]
        return (
            bool(self._get_our_companies("offers"))
            and requests._is_portal_open()
            and bool(self._get_offer_category())
        )

    def _choose_offer_company(self, sent):
        """Go on in the one of our companies that was chosen, else in that of the named order."""
        # sudo: of which of our companies the order is that the visitor may see
        of_order = self._read_order_record(sent.get("order")).sudo().company_id
        self._choose_company(sent.get("company") or of_order.id, "offers")

    def _get_offer_category(self):
        # sudo: the category is ours, whether customers may choose it or not
        categories = request.env["counterparty.request.category"].sudo()
        return categories.search([("code", "=", CATEGORY)], limit=1)

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        values["counterparty_offer_open"] = self._is_offer_open()
        return values

    @route("/my/offer", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_offer(self, order=None, **query):
        """Show the form, filled with the lines of an earlier order where one is named."""
        self._choose_offer_company({"order": order, **query})
        if not self._is_offer_open():
            return request.redirect("/my")
        return self._render_offer(self._read_order(order))

    @route("/my/offer", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_offer_create(self, **post):
        """Create the request and show its number."""
        self._choose_offer_company(post)
        if not self._is_offer_open():
            return request.redirect("/my")
        rows, problems = self._read_rows()
        text = web_form.clean_text(post.get("description"))
        if not rows and not text:
            problems.add("empty")
        message = self._get_other_tab_text(post, self._get_asker())
        if problems or message:
            return self._render_offer(self._get_sent_rows(), post, problems, message)
        submission = request_form.accept(post)
        if not submission.request_id:
            submission.request_id = self._create_offer(rows, text, post)
        return request.redirect(f"{submission.request_id.access_url}?done=created")

    def _create_offer(self, rows, text, post):
        """Create the request for an offer, for the company that the visitor represents."""
        requests = request.env["counterparty.request"]
        lines = [f"{quantity:g} × {name}" for name, quantity in rows]
        answers = {
            **dict.fromkeys(("subject", "product", "lot", "place", "phone")),
            "wanted_date": None,
            "amount": None,
            "name": request.env._("Offer wanted"),
            "description": "\n".join([*lines, *([text] if text else [])]),
        }
        if order := self._read_order_record(post.get("order")):
            answers["subject"] = f"sale.order,{order.id}"
        extra = {
            "line_ids": [
                Command.create(
                    {
                        "name": name,
                        "quantity": quantity,
                        "product_id": requests._find_exact("product.product", name).id,
                    }
                )
                for name, quantity in rows
            ],
            **self._get_represented_values(),
        }
        return requests._create_from_form(self._get_offer_category(), answers, extra=extra)

    def _get_represented_values(self):
        """Return whose request it is, where the visitor acts for another company."""
        asker = self._get_asker()
        return {"partner_id": asker.id} if asker else {}

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _get_sent_rows(self):
        form = request.httprequest.form
        names, quantities = form.getlist("product"), form.getlist("quantity")
        return list(zip(names, quantities, strict=False))[:MOST_ROWS]

    def _read_rows(self):
        """Return ``[(name, quantity)]`` of what was filled in, and what is wrong."""
        rows, problems = [], set()
        for sent_name, sent_quantity in self._get_sent_rows():
            name = web_form.clean_line(sent_name)
            if not name:
                continue
            quantity = web_form.read_amount(web_form.clean_line(sent_quantity or "1"))
            if not quantity or quantity > MOST_PIECES:
                problems.add("quantity")
            else:
                rows.append((name, quantity))
        return rows, problems

    def _read_order_record(self, number):
        """Return the order that the visitor may see, or none."""
        orders = request.env["sale.order"]
        if not (number or "").isdecimal() or int(number) > MAX_ID:
            return orders
        try:
            return self._document_check_access("sale.order", int(number))
        except (AccessError, MissingError):
            return orders

    def _read_order(self, number):
        """Return ``[(name, quantity)]`` of the goods of an order, or nothing."""
        lines = self._read_order_record(number).order_line.filtered(
            lambda line: line.product_id and not line.display_type and line.product_uom_qty > 0
        )
        return [
            (line.product_id.default_code or line.product_id.name, f"{line.product_uom_qty:g}")
            for line in lines
        ][:MOST_ROWS]

    def _render_offer(self, rows, post=None, problems=(), message=None):
        post = post or {}
        padding = [("", "")] * max(2, ROWS - len(rows))
        order = self._read_order_record(post.get("order") or request.params.get("order"))
        return self._render(
            "counterparty_crm.portal_offer",
            "counterparty_offer",
            {
                **self._get_company_values("offers", "/my/offer"),
                "rows": rows + padding,
                "products": request.env["counterparty.request"]._get_product_choices(),
                # the host takes any "order" for one of its purchase orders, above the page
                "ordered": order,
                "sent": post,
                "problems": problems,
                "message": message,
                "asker": self._get_asker(),
                "form_key": web_form.clean_line(post.get("form_key"), 64) or uuid4().hex,
            },
            status=422 if problems or message else 200,
        )
