from odoo import api, fields, models
from odoo.tools import email_normalize


class CounterpartyRequestLanguage(models.AbstractModel):
    """The language of a request: that of its contact, until somebody chooses another.

    A page in which somebody wrote counts as their choice; what a program guesses from a mail does
    not.
    """

    _name = "counterparty.request.language.mixin"
    _description = "Language of a Request"

    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Language",
        compute="_compute_partner_facts",
        store=True,
        readonly=False,
        precompute=True,
        help="Answers, canned replies, signatures and pages are in it; as long as nobody chooses "
        "another one it is that of the contact.",
    )
    has_own_lang = fields.Boolean(
        "Language Chosen",
        copy=False,
        help="Somebody chose the language: it stays, whoever the contact is.",
    )

    @api.onchange("lang")
    def _onchange_lang(self):
        self.has_own_lang = self._is_own_lang()

    def _is_own_lang(self):
        """Tell whether the language is another than the contact's."""
        self.ensure_one()
        return bool(self.lang) and self.lang != self.partner_id.lang

    @api.model
    def _is_installed_lang(self, code):
        return code in dict(self.env["res.lang"].get_installed())

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "lang" in vals and "has_own_lang" not in vals:
            for request in self:
                request.has_own_lang = request._is_own_lang()
        return result

    # ------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        outside = [data for data in recipients if data["share"] and data["id"]]
        if len(self) == 1 and self.lang and outside:
            # those who ask read signature and buttons in the language they are answered in;
            # whoever else takes part keeps their own
            request = self.sudo()
            askers = request.partner_id.browse(data["id"] for data in outside).filtered(
                lambda partner: (
                    partner.commercial_partner_id == request.commercial_partner_id
                    or partner.email_normalized == email_normalize(request.partner_email)
                )
            )
            for data in outside:
                if data["id"] in askers.ids:
                    data["lang"] = request.lang
        return recipients

    def _get_customer_information(self):
        """Let contacts that are made of those who ask have their name and language."""
        information = super()._get_customer_information()
        # reading who asks is not a matter of rights here: the host asks for it when it writes
        for request in self.sudo():
            address = email_normalize(request.partner_email)
            if not address or request.partner_id:
                continue
            known = information.setdefault(address, {})
            if request.partner_name:
                known["name"] = request.partner_name
            if request._is_installed_lang(request.lang):
                known["lang"] = request.lang
        return information
