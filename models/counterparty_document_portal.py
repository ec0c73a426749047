from odoo import SUPERUSER_ID, api, models

CERTIFICATE_KIND = "counterparty_crm.kind_certificate"


class CounterpartyDocumentPortalMixin(models.AbstractModel):
    """Documents that come by the portal."""

    _name = "counterparty.document.portal.mixin"
    _description = "Documents in the Portal"

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
