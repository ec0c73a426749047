from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.interactions import read_about
from .counterparty_document_privacy import PERSONAL
from .counterparty_interaction_fill import DOCUMENTS

GROUP_USER = "counterparty_crm.group_user"
# documents whose counterparty is a field of theirs
PAPERS = [name for name in DOCUMENTS if name != "res.partner"]
# what whoever finishes an activity says about the contact: see read_about
ABOUT_CONTACT = "counterparty_about_contact"


class MailActivity(models.Model):
    _name = "mail.activity"
    # counterparty: listed first, so that its answer counts after the host's
    _inherit = ["counterparty.personal.trace.mixin", "mail.activity"]

    _counterparty_model_field = "res_model"

    # counterparty: done activities are many more than open ones, so that the history asks them by
    # whose document it was, and not document by document
    counterparty_partner_id = fields.Many2one(
        "res.partner",
        "Done for",
        readonly=True,
        ondelete="set null",
        copy=False,
        groups=GROUP_USER,
        help="The counterparty or contact of the document, when the activity was done.",
    )

    # what is planned about a document, beside the far more that was done
    _counterparty_open_idx = models.Index("(res_model, res_id) WHERE active IS TRUE")
    _counterparty_done_idx = models.Index(
        "(counterparty_partner_id, date_done DESC, id DESC)"
        " WHERE counterparty_partner_id IS NOT NULL"
    )

    # counterparty: whoever an activity is assigned to reads it, so it must not tell of papers
    # that this person may not see
    @api.constrains("user_id", "res_model", "res_id")
    def _check_counterparty_personal(self):
        of_documents = self.filtered(lambda activity: activity.res_model == "counterparty.document")
        for activity in of_documents:
            # the assigning job may run for a user without the right
            document = self.env["counterparty.document"].sudo().browse(activity.res_id)
            user = activity.sudo().user_id
            if document.is_personal and user and not user.has_group(PERSONAL):
                raise ValidationError(
                    self.env._(
                        "%(user)s may not see personal documents. "
                        "Assign the activity to somebody with that right.",
                        user=user.name,
                    )
                )

    # counterparty: a call that was made is a contact
    def _action_done(self, feedback=False, attachment_ids=None):
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        about = read_about(self.env.context.get(ABOUT_CONTACT) or {})
        done = self.exists()
        if done.filtered(lambda activity: activity.res_model != "res.partner"):
            # interactions are read by those who may not open the document: what was said of it
            # stays with the activity, whose readers see it as the subject
            about.pop("note", None)
        self.env["counterparty.interaction"]._log_activities(done, **about)
        done._keep_counterparty(set(done.mapped("res_model")))
        return result

    @api.model
    def _fill_counterparties(self):
        """Say of everything that was done about documents for whom it was."""
        self.env.flush_all()
        self._keep_counterparty(set(PAPERS), SQL("NOT done.active"))

    def _keep_counterparty(self, models_done, chosen=None):
        """Keep for whom the activities were done, in one statement.

        :param models_done: names of the models of their documents
        :param chosen: condition on the activities, instead of these
        """
        names = [name for name in PAPERS if name in models_done]
        if not names:
            return
        for name in names:
            self.env[name].flush_model([DOCUMENTS[name]])
        self.flush_recordset()
        documents = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS model, id, %s AS partner_id FROM %s",
                name,
                SQL.identifier(DOCUMENTS[name]),
                SQL.identifier(self.env[name]._table),
            )
            for name in names
        )
        self.env.cr.execute(
            SQL(
                """UPDATE mail_activity done SET counterparty_partner_id = document.partner_id
                     FROM (%s) document
                    WHERE document.model = done.res_model AND document.id = done.res_id
                      AND document.partner_id IS NOT NULL AND %s""",
                documents,
                chosen or SQL("done.id = ANY(%s)", self.ids),
            )
        )
        self.invalidate_model(["counterparty_partner_id"])
