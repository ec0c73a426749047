from odoo import api, models
from odoo.fields import Domain

# the composer writes to many, once to an address, and says whom it has left out
GROUP_MAIL = "counterparty_group_mail"


class CounterpartyInteractionPartnerMixin(models.AbstractModel):
    """What a user does about contacts with a counterparty, from its form."""

    _name = "counterparty.interaction.partner.mixin"
    _description = "Contacts with a Counterparty"

    def action_log_counterparty_interaction(self):
        """Open the dialog in which an interaction with these counterparties is logged."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_interaction_log_action"
        )
        return dict(action, context={"default_partner_ids": self.ids})

    def action_mail_counterparty(self):
        """Open the mail to these counterparties, to choose a template and write."""
        if len(self) == 1:
            context = {"default_composition_mode": "comment", "default_partner_ids": self.ids}
        else:
            context = {"default_composition_mode": "mass_mail", GROUP_MAIL: True}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write a Mail"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                **context,
                "default_model": self._name,
                "default_res_ids": self.ids,
                # what was written stays with the counterparty
                "default_auto_delete": False,
            },
        }

    # ------------------------------------------------------------
    # Mails that are filed
    # ------------------------------------------------------------

    @api.model
    def _find_counterparty_writer(self, address):
        """Return the contact that an address belongs to; of several, whom we spoke to last.

        Colleagues and employees are none, and where one of them has the address nobody is.
        """
        found = self.search(Domain("email_normalized", "=", address), limit=20)
        if not found:
            return self._find_counterparty_of_former(address)
        employee = self.env.ref("counterparty_crm.type_employee", raise_if_not_found=False)
        for partner in found:
            roles = partner._get_counterparty_roles()
            if not partner.partner_share or employee in roles.type_id:
                return self.browse()
        if len(found) < 2:
            return found
        contact = self.env["counterparty.interaction"].search(
            [("partner_id", "in", found.ids)], limit=1
        )
        return contact.partner_id or found.sorted(lambda one: (one.is_company, one.id))[:1]

    @api.model
    def _find_counterparty_of_former(self, address):
        """Return the company of an archived contact, which may still write for it."""
        former = self.with_context(active_test=False).search(
            Domain("email_normalized", "=", address) & Domain("active", "=", False), limit=20
        )
        if former.user_ids.filtered(lambda user: not user.share):
            return self.browse()
        return (former.commercial_partner_id - former).filtered("active").with_env(self.env)[:1]

    def _plan_answer(self, subject):
        """Ask whoever looks after the counterparty to answer a mail that was filed."""
        for partner in self:
            entity = partner.commercial_partner_id
            roles = partner._get_counterparty_roles() | entity._get_counterparty_roles()
            current = roles.filtered(lambda role: role.state in ("prospect", "active"))
            people = current.responsible_id | partner.user_id | entity.user_id
            user = people.filtered("active")[:1]
            if user:
                partner.with_context(lang=user.lang).activity_schedule(
                    "mail.mail_activity_data_email",
                    user_id=user.id,
                    summary=partner.with_context(lang=user.lang).env._(
                        "Answer: %(subject)s", subject=subject or partner.name
                    ),
                )
