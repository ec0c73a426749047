from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .counterparty_document_privacy import PERSONAL


class CounterpartyPersonalTraceMixin(models.AbstractModel):
    """Messages and activities of personal documents follow the right of whoever asks.

    The host shows them to their author, to whoever was notified or had them assigned, also after
    that person has lost the right to see personal documents. What hangs on a message (who was
    told, the mail that goes out, what changed) would give away its subject or its text.
    """

    _name = "counterparty.personal.trace.mixin"
    _description = "Trace of personal documents"

    _counterparty_model_field = "model"  # name of the field with the document's model
    _counterparty_message_field = None  # instead: name of the field with the message

    @api.model
    def _may_see_personal(self):
        return self.env.is_superuser() or self.env.user.has_group(PERSONAL)

    @api.model
    def _domain_not_personal(self):
        """Return the domain of what does not belong to a personal document."""
        Document = self.env["counterparty.document"]
        # which documents are personal is asked of all of them, those that the user may not see
        personal = Document.sudo().with_context(active_test=False)
        query = personal._search([("is_personal", "=", True)])
        if not self._counterparty_message_field:
            return Domain(self._counterparty_model_field, "!=", Document._name) | Domain(
                "res_id", "not in", query.subselect()
            )
        # messages are read past the rights in question, like the documents
        messages = self.env["mail.message"].sudo()
        hidden = messages._search(
            [("model", "=", Document._name), ("res_id", "in", query.subselect())]
        )
        return Domain(self._counterparty_message_field, "not in", hidden.subselect())

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not bypass_access and not self._may_see_personal():
            domain = Domain(domain) & self._domain_not_personal()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        hidden = self.browse() if self._may_see_personal() else self._filter_personal()
        if result:
            return (result[0] | hidden, result[1])
        return (hidden, lambda: hidden._make_access_error(operation)) if hidden else None

    def _filter_personal(self):
        """Return those that belong to a personal document, read past the rights in question."""
        if not self.ids:
            return self.browse()
        link = self._counterparty_message_field
        if link:
            self.flush_recordset([link])
            self.env["mail.message"].flush_model(["model", "res_id"])
            # what hangs on a message belongs to the document of the message
            source = SQL(
                "%s trace JOIN mail_message about ON about.id = %s",
                SQL.identifier(self._table),
                SQL.identifier("trace", link),
            )
        else:
            self.flush_recordset([self._counterparty_model_field, "res_id"])
            source = SQL("%s trace", SQL.identifier(self._table))
        about = "about" if link else "trace"
        self.env["counterparty.document"].flush_model(["is_personal"])
        rows = self.env.execute_query(
            SQL(
                """SELECT trace.id FROM %s
                     JOIN counterparty_document document ON document.id = %s
                    WHERE trace.id = ANY(%s) AND document.is_personal AND %s = %s""",
                source,
                SQL.identifier(about, "res_id"),
                self.ids,
                SQL.identifier(about, "model" if link else self._counterparty_model_field),
                "counterparty.document",
            )
        )
        return self.browse(trace_id for (trace_id,) in rows)
