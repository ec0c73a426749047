from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools.interactions import read_about
from .counterparty_document_privacy import PERSONAL

# what whoever finishes an activity says about the contact: see read_about
ABOUT_CONTACT = "counterparty_about_contact"


class MailActivity(models.Model):
    _name = "mail.activity"
    # counterparty: listed first, so that its answer counts after the host's
    _inherit = ["counterparty.personal.trace.mixin", "mail.activity"]

    _counterparty_model_field = "res_model"

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
        return result
