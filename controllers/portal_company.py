"""The company's own data: partners add contacts and certificates, and ask for changes."""

from uuid import uuid4

from odoo.http import request, route
from odoo.tools import email_normalize

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.counterparty_change import BANK, EMAIL, NAME, VAT
from ..models.counterparty_request_submission import TooManySubmissionsError
from ..models.res_partner_portal import OWN_ADDRESS
from ..tools import authorization as scopes
from ..tools import own_field_input, web_form
from ..tools.day_input import read_day
from . import request_form

KINDS = (NAME, VAT, EMAIL, BANK)
DONE = ("asked", "known", "added", "filled")
CERTIFICATE = "certificate"


class CompanyPortal(CustomerPortal):
    """One page: what we know of the company, and what it may add."""

    def _get_changeable(self):
        """Return the company whose data the visitor may add to and ask to be changed, sudoed."""
        managed = self._get_represented_whole(scopes.MANAGE)
        if len(managed) == 1:
            return managed
        own = self._get_own_shown()
        return own if self._get_chosen() in (None, own.id) else own.browse()

    def _get_own_shown(self):
        """Return the visitor's own company where its data are the visitor's to see, sudoed."""
        own = request.env.user.partner_id.commercial_partner_id
        # where authorizations count, a mere contact is not its company
        partners = request.env["res.partner"]
        shown = partners._get_counterparty_portal_companies(scopes.DOCUMENTS)
        shown |= partners._get_counterparty_portal_companies(scopes.MANAGE)
        return own if own.id in shown.ids else own.browse()

    def _is_changes_open(self):
        return request.env.company._has_portal_page("changes")

    def _choose_changeable(self, post):
        """Go on in one of our companies; return whose data may be changed there, sudoed."""
        self._choose_company(post.get("company"), "changes")
        changeable = self._get_changeable()
        return changeable if self._is_changes_open() else changeable.browse()

    def _get_filled_roles(self):
        """Return the roles whose own fields the visitor may fill in, sudoed.

        Its own as a person, and those of the company that it manages, or all of which it sees.
        """
        partners = request.env["res.partner"]
        company, person = self._get_changeable(), request.env.user.partner_id
        is_own = company.id == person.commercial_partner_id.id
        if company in self._get_represented_whole(scopes.MANAGE) or (
            is_own and partners._is_counterparty_portal_own(scopes.DOCUMENTS, request.env.company)
        ):
            partners |= company
        if is_own:
            partners |= person
        return request.env["counterparty.role"]._get_partner_filled_roles(partners)

    def _get_own_fields(self, form=None):
        """Return the own fields to fill in, with what is shown in them.

        :param form: what was sent, shown instead of what is stored
        :return: ``[(role, [{name, entry, shown}])]``
        """
        zone = request_form.get_zone()
        filled = []
        for role in self._get_filled_roles():
            own = role._get_stored_own_values()
            inputs = []
            for entry in role.type_id._get_partner_filled_entries():
                name = f"own_{role.id}_{entry['name']}"
                stored = own_field_input.shown_value(entry, own.get(entry["name"]), zone)
                shown = form.getlist(name) if form and name in form else stored
                inputs.append({"name": name, "entry": entry, "shown": shown})
            filled.append((role, inputs))
        return filled

    @route("/my/company", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_company(self, done=None, **query):
        """Show the data of the company, its contacts, and the forms."""
        self._choose_company(query.get("company"), "changes")
        if not self._is_changes_open():
            return request.redirect("/my")
        return self._render_company(done=done if done in DONE else None)

    def _render_company(self, post=None, problems=(), files=(), done=None, message=None):
        company = self._get_changeable()
        # sudo: what the company has asked for itself
        changes = request.env["counterparty.change"].sudo()
        return self._render(
            "counterparty_crm.portal_company",
            "counterparty_company",
            {
                **self._get_company_values("changes", "/my/company"),
                "company": company,
                "contacts": company.child_ids.filtered(lambda child: child.type == "contact"),
                "waiting": changes.search(
                    [("partner_id", "in", company.ids), ("state", "=", "waiting")]
                ),
                "own_fields": self._get_own_fields(request.httprequest.form),
                "nobody": self._get_nobody_reason(
                    self._get_represented_whole(scopes.MANAGE) | self._get_own_shown()
                ),
                "sent": post or {},
                "message": message,
                "problems": problems,
                "file_problems": files,
                "done": done,
                "form_key": uuid4().hex,
                "accept": ",".join(f".{name}" for name in sorted(web_form.EXTENSIONS)),
            },
            status=422 if problems or files or message else 200,
        )

    @route("/my/company/change", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_company_change(self, **post):
        """Ask for changes; they count once they are approved."""
        company = self._choose_changeable(post)
        if not company:
            return request.redirect("/my")
        if message := self._get_other_tab_text(post, company):
            return self._render_company(post, message=message)
        changes = request.env["counterparty.change"]
        wanted = {kind: web_form.clean_line(post.get(kind)) for kind in KINDS}
        # what stands there already was not written by the visitor
        problems = changes._read_problems(
            {
                kind: value
                for kind, value in wanted.items()
                if kind == BANK or value != company[kind]
            }
        )
        if problems:
            return self._render_company(post, problems)
        submission = request_form.accept(post)
        if not submission.request_id:
            submission.request_id = changes._ask(company, wanted)
        done = "asked" if submission.request_id else "known"
        return self._redirect_in_company("/my/company", done=done)

    @route("/my/company/fields", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_company_fields(self, **post):
        """Save the own fields that partners fill in; what the form did not show stays."""
        self._choose_company(post.get("company"), "changes")
        own_fields = self._get_own_fields() if self._is_changes_open() else []
        if not own_fields:
            return request.redirect("/my")
        if message := self._get_other_tab_text(post, self._get_changeable()):
            return self._render_company(post, message=message)
        form, zone = request.httprequest.form, request_form.get_zone()
        read, problems = {}, set()
        for role, inputs in own_fields:
            values = read.setdefault(role, {})
            for field in inputs:
                if field["name"] not in form:
                    continue
                sent, entry = form.getlist(field["name"]), field["entry"]
                try:
                    values[entry["name"]] = own_field_input.read_value(entry, sent, zone)
                except ValueError:
                    problems.add(field["name"])
        if problems:
            return self._render_company(post, problems)
        is_new = request_form.accept_once(post)
        for role, values in read.items() if is_new else ():
            role._fill_in_by_partner(values)
        return self._redirect_in_company("/my/company", done="filled")

    @route("/my/company/contact", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_company_contact(self, **post):
        """Add a contact person."""
        company = self._choose_changeable(post)
        if not company or not company.is_company:
            return request.redirect("/my")
        if message := self._get_other_tab_text(post, company):
            return self._render_company(post, message=message)
        values = {
            name: web_form.clean_line(post.get(f"contact_{name}"))
            for name in ("name", "function", "email", "phone")
        }
        problems = {"contact_name"} if not values["name"] else set()
        if values["email"] and not email_normalize(values["email"]):
            problems.add("contact_email")
        if problems:
            return self._render_company(post, problems)
        is_new = request_form.accept_once(post)
        known = company.child_ids.filtered(
            lambda child: (child.name, child.email or "") == (values["name"], values["email"])
        )
        if is_new and not known:
            # sudo: portal users may not create partners; the page decides whose contact it is
            request.env["res.partner"].sudo().create(
                {**values, "parent_id": company.id, "type": "contact"}
            )
        return self._redirect_in_company("/my/company", done="added")

    @route("/my/company/certificate", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_company_certificate(self, **post):
        """Add a certificate to the register, with its file and last day."""
        company = self._choose_changeable(post)
        if not company:
            return request.redirect("/my")
        if message := self._get_other_tab_text(post, company):
            return self._render_company(post, message=message)
        files, refused = request_form.read_files()
        name = web_form.clean_line(post.get("certificate_name"))
        until = read_day(post.get("certificate_until"))
        problems = {"certificate_name"} if not name else set()
        if not files and not refused:
            problems.add("files")
        if post.get("certificate_until") and not until:
            problems.add("certificate_until")
        if problems or refused:
            return self._render_company(post, problems, refused)
        is_new = request_form.accept_once(post)
        if is_new:
            request.env["counterparty.document"]._add_from_portal(company, name, until, files[0])
        return self._redirect_in_company("/my/company", done="added")

    # ------------------------------------------------------------
    # The host's address form
    # ------------------------------------------------------------

    def _create_or_update_address(self, partner_sudo, *args, **form_data):
        # sudo: the visitor's own company
        own = request.env.user.partner_id.sudo().commercial_partner_id
        entity = partner_sudo.commercial_partner_id if partner_sudo else own
        if entity.is_company and not partner_sudo:
            if not entity._is_counterparty_address_open(request.env.user.partner_id):
                messages = [self._get_closed_text(entity)]
                return partner_sudo, {"invalid_fields": [], "messages": messages}
            if self._is_changes_open():
                # the host hands it on to a company that has none
                form_data.pop("vat", None)
        elif not entity._is_counterparty_address_open(request.env.user.partner_id):
            # what a mere contact says of itself is not where its company has its seat
            partner_sudo = partner_sudo.with_context(**{OWN_ADDRESS: True})
        wanted = {}
        if entity.is_company and partner_sudo != entity:
            # the host would let a mere contact rename its company
            name = web_form.clean_line(form_data.pop("company_name", ""))
            is_self = partner_sudo == request.env.user.partner_id
            wanted = {NAME: name} if is_self and name and name != entity.name else {}
            if wanted and not self._is_changes_open():
                return partner_sudo, {
                    "invalid_fields": ["company_name"],
                    "messages": [
                        request.env._(
                            "Your company is called %(company)s with us. Please write to us to "
                            "have that changed.",
                            company=entity.name,
                        )
                    ],
                }
        elif partner_sudo == entity and entity.is_company and self._is_changes_open():
            wanted = self._take_out_changes(entity, form_data)
        if wanted and not self._may_ask_change():
            return partner_sudo, {
                "invalid_fields": list(wanted),
                "messages": [
                    request.env._("You have asked for many changes. Please try again in an hour.")
                ],
            }
        result, feedback = super()._create_or_update_address(partner_sudo, *args, **form_data)
        if wanted and feedback.get("redirectUrl"):
            request.env["counterparty.change"]._ask(entity, wanted)
            feedback = {"redirectUrl": "/my/company?done=asked"}
        return result, feedback

    def _take_out_changes(self, entity, form_data):
        """Return what the company itself wants changed, and leave it as it is in the form."""
        wanted = {}
        for kind in (NAME, VAT, EMAIL):
            value = web_form.clean_line(form_data.get(kind))
            if kind in form_data and value != (entity[kind] or ""):
                wanted[kind] = value
                # the host's form needs an address of who has none yet
                form_data[kind] = entity[kind] or (value if kind == EMAIL else "")
        return wanted

    def _get_closed_text(self, entity):
        return request.env._(
            "You may not add addresses of %(company)s. Please ask your company, or write to us.",
            company=entity.name,
        )

    def _may_ask_change(self):
        """Tell whether the visitor has not asked too often; count this time."""
        try:
            request_form.accept({})
        except TooManySubmissionsError:
            return False
        return True
