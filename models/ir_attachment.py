from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import SQL

REQUEST = "counterparty.request"


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    # request: files of internal notes stay internal, though the request is the customer's

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self.env.user.share:
            return result
        forbidden = result[0] if result else self.browse()
        hidden = (self - forbidden)._filter_hidden_of_requests()
        if not hidden:
            return result
        return forbidden | hidden, lambda: AccessError(
            self.env._("This file is not for you. Ask whoever sent you the link.")
        )

    def _filter_hidden_of_requests(self):
        """Return the files of requests that no public message brought to the customer."""
        # where a file belongs is not told to the reader, only used
        files = self.sudo().filtered(lambda file: file.res_model == REQUEST and not file.public)
        if not files:
            return self.browse()
        shown = self.env.execute_query(
            SQL(
                """SELECT DISTINCT rel.attachment_id
                     FROM message_attachment_rel rel
                     JOIN mail_message message ON message.id = rel.message_id
                    WHERE rel.attachment_id = ANY(%s) AND message.model = %s
                      AND message.is_internal IS NOT TRUE AND message.subtype_id = %s""",
                files.ids,
                REQUEST,
                self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            )
        )
        return files.sudo(False) - self.browse([row[0] for row in shown])
