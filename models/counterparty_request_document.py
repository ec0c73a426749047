from odoo import api, fields, models, tools

# fields that tell how far a document is, first that it has
STATE_FIELDS = ("won_status", "payment_state", "state")
DEAD_STATES = ("cancel", "canceled", "1_canceled", "refused", "rejected", "lost", "reversed")
# documents of modules that we can do without: they report by the history of their fields
TRACKED_MODELS = ("project.task", "hr.expense")


class CounterpartyRequestDocument(models.Model):
    """A document that was made from a request: the two know each other."""

    _name = "counterparty.request.document"
    _description = "Document of a Request"
    _order = "id"
    _rec_name = "document_name"

    request_id = fields.Many2one(
        "counterparty.request", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="request_id.company_id")
    conversion_id = fields.Many2one(
        "counterparty.request.conversion", "Made as", readonly=True, ondelete="restrict"
    )
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char("Name", compute="_compute_document")
    document_state = fields.Char("Status", compute="_compute_document")
    last_state = fields.Char(readonly=True)

    _document_uniq = models.UniqueIndex(
        "(res_model, res_id, request_id)", "The request knows this document already."
    )

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for link in self:
            document = link._get_document()
            # that there is one is no secret of the desk, what it says may be
            link.document_name = document.sudo().display_name
            link.document_state = document and link._get_state()[1]

    def _get_document(self):
        """Return the document, empty when it was deleted or its module is gone."""
        self.ensure_one()
        if self.res_model not in self.env:
            return self.browse()
        return self.env[self.res_model].browse(self.res_id).exists()

    def _get_state(self):
        """Return how far the document is: technical value and label."""
        # the desk may know that, also where it may not open the document
        document = self._get_document().sudo()
        for name in STATE_FIELDS:
            field = document._fields.get(name)
            if field and field.type == "selection" and document[name]:
                if name == "payment_state" and document.state != "posted":
                    continue
                labels = dict(field._description_selection(self.env))
                return document[name], labels.get(document[name])
        return False, False

    def _is_live(self):
        """Tell whether the document still counts."""
        document = self._get_document().sudo()  # see _get_state
        active = "active" not in document._fields or document.active
        return bool(document) and active and self._get_state()[0] not in DEAD_STATES

    def action_open(self):
        """Open the document."""
        self.ensure_one()
        return self._get_document()._get_records_action()

    @api.constrains("res_model")
    def _forget_that_there_are_none(self):
        if not all(map(self._has_links, set(self.mapped("res_model")))):
            self.env.registry.clear_cache()

    @api.model
    @tools.ormcache("res_model")
    def _has_links(self, res_model):
        """Tell whether documents of a model came out of requests: where none did, nobody asks."""
        # of whomever, as the links are followed
        return bool(self.sudo().search_count([("res_model", "=", res_model)], limit=1))

    @api.model
    def _move_links(self, sources, target):
        """Let requests know the document that others made from them were merged into."""
        links = self.search([("res_model", "=", sources._name), ("res_id", "in", sources.ids)])
        known = self.search([("res_model", "=", target._name), ("res_id", "=", target.id)])
        for link in links:
            if link.request_id not in known.request_id:
                link.res_id = target.id
                known |= link

    @api.model
    def _note_states(self, documents):
        """Write back to the requests what became of documents made from them.

        :param documents: documents of one model that may have moved on
        """
        if not self._has_links(documents._name):
            return
        # whoever moves the document need not see the request
        links = self.sudo().search(
            [("res_model", "=", documents._name), ("res_id", "in", documents.ids)]
        )
        for link in links:
            state, label = link._get_state()
            if state and state != link.last_state:
                link.last_state = state
                link.request_id._message_log(
                    body=self.env._(
                        "%(document)s: %(state)s", document=link.document_name, state=label
                    )
                )
