from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ..tools import authorization as scopes

CERTIFICATE_KIND = "counterparty_crm.kind_certificate"


class CounterpartyDocumentPortalMixin(models.AbstractModel):
    """Documents that come by the portal."""

    _name = "counterparty.document.portal.mixin"
    _description = "Documents in the Portal"

    download_ids = fields.One2many("counterparty.document.download", "document_id", "Downloads")

    # ------------------------------------------------------------
    # What partners see
    # ------------------------------------------------------------

    @api.model
    def _domain_shared(self, partners):
        """Return the domain of documents that the current user may see in the portal.

        Personal ones are for the person alone; what is the login's own needs no authorization.

        :param partners: those that are represented with the scope of documents
        """
        user = self.env.user
        granted = self.env["res.partner"]._domain_counterparty_portal(
            scopes.DOCUMENTS, "commercial_partner_id", None, self.env.company
        )
        company = Domain("company_id", "in", (False, self.env.company.id))
        of_company = (
            Domain("is_personal", "=", False)
            & Domain("commercial_partner_id", "in", partners.ids)
            & granted
        )
        own = Domain("partner_id", "=", user.partner_id.id)
        return Domain("is_shared", "=", True) & company & (of_company | own)

    def _log_download(self):
        """Keep who has taken a document along; nobody writes it by hand."""
        self.env["counterparty.document.download"].sudo().create(
            [{"document_id": document.id, "user_id": self.env.uid} for document in self]
        )

    # ------------------------------------------------------------
    # What partners add
    # ------------------------------------------------------------

    @api.model
    def _add_from_portal(self, company, name, until, file):
        """Create the certificate that a partner has sent.

        :param company: commercial partner
        :param until: last day, or None
        :param file: ``(name, content)``
        """
        # visitors may not write the register; the page decides whose document it is
        register = self.with_user(SUPERUSER_ID)
        partner = company.with_env(register.env)
        document = register.create(
            {
                "name": name,
                "kind_id": self.env.ref(CERTIFICATE_KIND).id,
                "partner_id": partner.id,
                "company_id": self.env.company.id,
                "date_to": until or False,
                "responsible_id": partner.user_id.id,
                "file": None,
            }
        )
        attachment = register.env["ir.attachment"].create(
            {
                "name": file[0],
                "raw": file[1],
                "res_model": document._name,
                "res_id": document.id,
                "res_field": "file",
            }
        )
        document.file_name = attachment.name
        document._message_log(
            body=register.env._(
                "Sent in the portal by %(person)s.", person=self.env.user.partner_id.sudo().name
            )
        )
        return document
