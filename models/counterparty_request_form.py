from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize, html2plaintext, plaintext2html

from .counterparty_request_category import ASKED_FIELDS, HIDDEN, REQUIRED
from .counterparty_request_recovery import REIMBURSE

# how many of each kind of own document a customer may choose from
CHOICES = 40
PRODUCTS = 80
# contacts with the address of a stranger
CANDIDATES = 10
DOCUMENT_DATES = {
    "sale.order": ("date_order", ["draft", "sent", "sale"]),
    "purchase.order": ("date_order", ["sent", "purchase"]),
    "stock.picking": ("scheduled_date", ["assigned", "done"]),
    "account.move": ("date", ["posted"]),
}


class CounterpartyRequestForm(models.AbstractModel):
    """Requests that come by a form, in the portal or from a stranger."""

    _name = "counterparty.request.form.mixin"
    _description = "Requests by Web Form"

    # ------------------------------------------------------------
    # What may be chosen
    # ------------------------------------------------------------

    @api.model
    def _get_offered_categories(self):
        """Return the categories that customers may choose."""
        # their names are there for customers to read
        return (
            self.env["counterparty.request.category"].sudo().search([("portal_visible", "=", True)])
        )

    @api.model
    def _get_document_choices(self):
        """Return the own documents of the signed-in customer: ``[(value, name)]``, newest first."""
        choices = []
        for model, label in self._fields["subject_ref"]._description_selection(self.env):
            records = self._search_own_documents(model)
            choices += [(f"{model},{record.id}", f"{label} {record.name}") for record in records]
        return choices

    @api.model
    def _search_own_documents(self, model):
        if model not in DOCUMENT_DATES or not self.env[model].has_access("read"):
            return self.env[model]
        date, shown = DOCUMENT_DATES[model]
        domain = [("state", "in", shown), ("partner_id", "child_of", self._get_own_partner().ids)]
        return self.env[model].search(domain, order=f"{date} desc, id desc", limit=CHOICES)

    @api.model
    def _get_own_partner(self):
        # customers may not read who is above them
        return self.env.user.partner_id.sudo().commercial_partner_id

    @api.model
    def _get_own_document(self, value):
        """Return the document that a customer has chosen, as the field wants it; else False."""
        model, _comma, number = (value or "").partition(",")
        models_allowed = dict(self._fields["subject_ref"]._description_selection(self.env))
        if model not in models_allowed or not number.isdecimal() or len(number) > 9:
            return False
        document = self.env[model].browse(int(number))
        try:
            document.check_access("read")
            is_own = document.exists() and (
                # compared with the customer's own, not shown
                document.sudo().partner_id.commercial_partner_id == self._get_own_partner()
            )
        except AccessError:
            return False
        return f"{model},{document.id}" if is_own else False

    @api.model
    def _get_product_choices(self):
        """Return the names of products that the signed-in customer has ordered.

        Of orders that it sees: where authorizations count, a mere contact sees few.
        """
        lines = self.env["sale.order.line"]
        if not lines.has_access("read"):
            return []
        rows = lines._read_group(
            [
                ("order_partner_id", "child_of", self._get_own_partner().ids),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "sale"),
                ("product_id", "!=", False),
                ("display_type", "=", False),
            ],
            ["product_id"],
            ["create_date:max"],
            order="create_date:max desc",
            limit=PRODUCTS,
        )
        # only names, and only of these orders
        return [product.sudo().name for product, _last in rows]

    @api.model
    def _get_form_fields(self, category):
        """Return what the form of a category asks: ``{name: whether it must be filled in}``."""
        return {
            ask.removeprefix("ask_"): category[ask] == REQUIRED
            for ask in ASKED_FIELDS
            if category[ask] != HIDDEN
        }

    @api.model
    def _get_starting_text(self, category):
        """Return the text that a request of the category starts with, for a plain text field."""
        return html2plaintext(category.template or "")

    # ------------------------------------------------------------
    # Creating
    # ------------------------------------------------------------

    @api.model
    def _create_from_form(self, category, answers, attachments=(), extra=None):
        """Create a request of what a customer or a stranger has filled in.

        :param category: one of those offered
        :param answers: cleaned texts: name, description, subject, product, lot, place, phone,
            and read values: wanted_date, amount; of strangers partner_name and partner_email
        :param attachments: ``(name, content)`` of each file
        :param extra: further values, decided by the page and not by the visitor
        """
        user = self.env.user
        # strangers may not read which language the company speaks
        company = self.env.company.sudo()
        # neither may create requests; what the desk reads about it is in its own language
        desk = self.with_user(SUPERUSER_ID).with_context(lang=company.partner_id.lang)
        values = {
            **self._prepare_form_vals(category, answers),
            **(
                self._prepare_stranger_vals(answers)
                if user._is_public()
                else {"partner_id": user.partner_id.id, "channel": "portal"}
            ),
        }
        # whoever writes waits for an answer
        values["awaiting_since"] = fields.Datetime.now()
        request = desk.create({**values, **(extra or {}), "company_id": company.id})
        if not user._is_public():
            request.message_subscribe(partner_ids=user.partner_id.ids)
        if attachments:
            request._post_from_partner(request.env._("Files"), attachments=attachments)
        request._acknowledge(request.partner_email, is_employee=user._is_internal())
        return request

    @api.model
    def _prepare_form_vals(self, category, answers):
        document = not self.env.user._is_public() and self._get_own_document(answers["subject"])
        product = self._find_exact("product.product", answers["product"])
        lot = product and self._find_exact("stock.lot", answers["lot"], product)
        # what no record stands for is kept as it was written
        rest = [
            (self._get_label("subject_ref"), not document and answers["subject"]),
            (self._get_label("product_id"), not product and answers["product"]),
            (self._get_label("lot_id"), not lot and answers["lot"]),
        ]
        lines = [f"{label}: {text}" for label, text in rest if text]
        values = {
            "name": answers["name"],
            "category_id": category.id,
            "description": plaintext2html("\n".join([answers["description"], *lines])),
            "product_id": product.id if product else False,
            "lot_id": lot.id if lot else False,
            "subject_ref": document or False,
            "wanted_date": answers["wanted_date"] or False,
            "wanted_place": answers["place"] or False,
            # the language of the page
            "lang": self.env.lang,
            "has_own_lang": True,
        }
        if answers["phone"]:
            values["partner_phone"] = answers["phone"]
        if answers["amount"]:
            values.update(amount=answers["amount"], direction=REIMBURSE)
        return values

    @api.model
    def _prepare_stranger_vals(self, answers):
        """Return who a stranger says to be: who it is, is for the desk to say.

        Anybody can type an address; what they write must not stand in its owner's portal.
        """
        email = email_normalize(answers["partner_email"])
        # to tell who it might be from is the desk's work
        partners = self.env["res.partner"].sudo()
        partners = partners.search(
            [("email_normalized", "=", email), ("company_id", "in", (False, self.env.company.id))],
            limit=CANDIDATES,
        )
        return {
            "channel": "form",
            "partner_candidate_ids": [Command.set(partners.ids)],
            "partner_name": answers["partner_name"],
            "partner_email": email,
        }

    @api.model
    def _find_exact(self, model, text, product=None):
        """Return the one record that a text names, by name or code; nothing when unsure."""
        # whether there is one is not told to whoever wrote the text
        records = self.env[model].sudo()
        if not text:
            return records
        if product is not None:
            domain = [("name", "=", text), ("product_id", "=", product.id)]
        else:
            domain = ["|", ("default_code", "=", text), ("product_tmpl_id.name", "=", text)]
        domain = [*domain, ("company_id", "in", (False, self.env.company.id))]
        found = records.search(domain, limit=2)
        return found if len(found) == 1 else records

    @api.model
    def _get_label(self, name):
        return self._fields[name]._description_string(self.env)
