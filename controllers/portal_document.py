"""Documents of the register that partners may see; each download is logged."""

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import authorization as scopes
from ..tools import web_form
from . import request_form


class DocumentPortal(CustomerPortal):
    """The list of documents and their files."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "counterparty_document_count" in counters:
            values["counterparty_document_count"] = (
                self._get_register().search_count(self._domain_all_documents())
                if self._is_register_open()
                else 0
            )
        return values

    def _is_register_open(self):
        return bool(self._get_our_companies("documents"))

    def _get_register(self):
        # sudo: portal users have no rights on the register; the domain names what they may see
        return request.env["counterparty.document"].sudo()

    def _domain_documents(self):
        partners = self._get_represented(scopes.DOCUMENTS)
        return request.env["counterparty.document"]._domain_shared(partners)

    def _domain_all_documents(self, is_represented=True):
        """Return the domain of the documents with all of our companies that show the page.

        :param is_represented: only of whom the visitor represents now
        """
        domains = []
        for company in self._get_our_companies("documents"):
            documents = request.env["counterparty.document"].with_company(company)
            partners = documents.env["res.partner"]
            shown = (
                self._get_represented(scopes.DOCUMENTS, company)
                if is_represented
                else partners._get_counterparty_portal_companies(scopes.DOCUMENTS, company)
            )
            domains.append(documents._domain_shared(shown))
        return Domain.OR(domains)

    @route(
        ["/my/documents", "/my/documents/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_documents(self, page=1, search=None, **query):
        """List the documents that the visitor may see."""
        self._choose_company(query.get("company"), "documents")
        if not self._is_register_open():
            return request.redirect("/my")
        search = web_form.clean_line(search)
        domain = self._domain_documents()
        if search:
            domain &= Domain("name", "ilike", search) | Domain("number", "ilike", search)
        found, pages = self._paged(
            self._get_register(),
            "/my/documents",
            page,
            domain,
            "date_to desc, date_from desc, id desc",
            search=search,
            company=request.env.company.id,
        )
        return self._render(
            "counterparty_crm.portal_documents",
            "counterparty_documents",
            {
                **self._get_company_values("documents"),
                "default_url": "/my/documents",
                "documents": found,
                "pager": pages,
                "search": search,
            },
        )

    @route(
        "/my/documents/<int:document_id>/file",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_document_file(self, document_id, **_query):
        """Give the file of a document: as a download, never as a page of ours."""
        register = self._get_register()
        document = register.browse()
        if self._is_register_open():
            number = min(document_id, web_form.MAX_ID)
            # also those of others: the list shows one of them, and of our companies, at a time
            shown = self._domain_all_documents(is_represented=False)
            document = register.search(shown & Domain("id", "=", number))
        if not document or not document.with_context(bin_size=True).file:
            return request.not_found()
        document.with_user(request.env.user)._log_download()
        stream = request.env["ir.binary"]._get_stream_from(
            document, "file", filename=document.file_name
        )
        response = stream.get_response(as_attachment=True)
        response.headers.update(
            {**request_form.PRIVATE, "Content-Security-Policy": "default-src 'none'"}
        )
        return response
