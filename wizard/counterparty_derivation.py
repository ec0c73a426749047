from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CounterpartyDerivation(models.TransientModel):
    """Report of the roles found at installation: counts, doubts, one button to undo it all."""

    _name = "counterparty.derivation"
    _description = "Roles Found at Installation"

    line_ids = fields.One2many(
        "counterparty.derivation.line",
        "derivation_id",
        readonly=True,
        default=lambda self: self._default_line_ids(),
    )
    doubtful_count = fields.Integer(compute="_compute_doubtful_count")
    bank_partner_ids = fields.Many2many(
        "res.partner",
        string="Banks among the Contacts",
        default=lambda self: self._search_bank_partners(),
        domain="[('is_company', '=', True)]",
        help="Companies with the name of a bank that holds an account. Add or remove some.",
    )
    missing_bank_ids = fields.Many2many(
        "res.bank",
        string="Banks without Contact",
        default=lambda self: self._search_missing_banks(),
        readonly=True,
    )

    @api.model
    def _default_line_ids(self):
        doubtful, found, prospects = {}, {}, {}
        # counts of all companies: that is what was derived, and what the undo takes back
        Role = self.env["counterparty.role"].sudo()
        for kind, doubt, is_prospect, count in Role._read_group(
            [("source", "=", "install")], ["type_id", "doubt", "is_prospect"], ["__count"]
        ):
            found[kind] = found.get(kind, 0) + count
            doubtful[kind] = doubtful.get(kind, 0) + (count if doubt else 0)
            prospects[kind] = prospects.get(kind, 0) + (count if is_prospect else 0)
        return [
            Command.create(
                {
                    "type_id": kind.id,
                    "role_count": found[kind],
                    "prospect_count": prospects[kind],
                    "doubtful_count": doubtful[kind],
                }
            )
            for kind in sorted(found, key=lambda kind: kind.sequence)
        ]

    @api.depends("line_ids.doubtful_count")
    def _compute_doubtful_count(self):
        for report in self:
            report.doubtful_count = sum(report.line_ids.mapped("doubtful_count"))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_accept(self):
        """Tick the step of the setup list."""
        self.check_access("write")
        self.env["onboarding.onboarding.step"]._validate_counterparty_step("onboarding_step_roles")
        return {"type": "ir.actions.act_window_close"}

    def action_open_doubtful(self):
        """Open the roles that deserve a look."""
        return self._open_roles(Domain("doubt", "!=", False), self.env._("Doubtful Roles"))

    def action_open_found(self):
        """Open all roles found at installation."""
        return self._open_roles(Domain.TRUE, self.env._("Roles Found at Installation"))

    def action_undo(self):
        """Remove the roles found at installation that nobody has changed since."""
        self.check_access("write")  # what follows is done by the system
        count = self.env["counterparty.role"]._undo_install()
        return self._notify(self.env._("%(count)s roles were removed.", count=count))

    def action_derive(self):
        """Read the documents again and add what is missing."""
        self.check_access("write")
        # as at installation: the roles of all companies, by the system, which the undo looks for
        roles = self.env["counterparty.role"].with_user(SUPERUSER_ID)
        count = roles._fill_at_install()
        return self._notify(self.env._("%(count)s roles were added.", count=count))

    def action_mark_banks(self):
        """Give the chosen companies the role of a bank."""
        self.check_access("write")
        bank = self.env["counterparty.type"]._get_core("bank")
        entities = self.bank_partner_ids.commercial_partner_id.filtered(
            lambda partner: bank not in partner.counterparty_type_ids
        )
        self.env["counterparty.role"].create(
            [{"partner_id": partner.id, "type_id": bank.id} for partner in entities]
        )
        self.env["res.bank"]._link_counterparties()
        return self._notify(self.env._("%(count)s banks were marked.", count=len(entities)))

    def action_create_banks(self):
        """Create a contact with the role of a bank for every bank that has none."""
        self.check_access("write")
        banks = self.missing_bank_ids
        Partner = self.env["res.partner"].with_context(counterparty_default_type="bank")
        Partner.create([self._prepare_bank_partner_vals(bank) for bank in banks])
        self.env["res.bank"]._link_counterparties()
        return self._notify(self.env._("%(count)s banks were created.", count=len(banks)))

    # ------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------

    def _prepare_bank_partner_vals(self, bank):
        return {
            "name": bank.name,
            "is_company": True,
            "email": bank.email,
            "phone": bank.phone,
            "street": bank.street,
            "street2": bank.street2,
            "zip": bank.zip,
            "city": bank.city,
            "state_id": bank.state.id,
            "country_id": bank.country.id,
        }

    @api.model
    def _search_bank_partners(self):
        """Return companies without the role that carry the name of a bank."""
        partner_ids = self.env.execute_query(
            SQL(
                """SELECT DISTINCT partner.id FROM res_partner partner
                     JOIN res_bank bank ON lower(btrim(bank.name)) = lower(btrim(partner.name))
                    WHERE partner.is_company AND partner.active"""
            )
        )
        bank = self.env["counterparty.type"]._get_core("bank")
        return self.env["res.partner"].search(
            [
                ("id", "in", [partner_id for (partner_id,) in partner_ids]),
                ("counterparty_type_ids", "not in", bank.ids),
            ]
        )

    @api.model
    def _search_missing_banks(self):
        """Return banks that no company is linked to, nor carries the name of."""
        names = {
            name.strip().lower()
            for (name,) in self.env.execute_query(
                SQL(
                    """SELECT DISTINCT partner.name FROM res_partner partner
                         JOIN res_bank bank ON lower(btrim(bank.name)) = lower(btrim(partner.name))
                        WHERE partner.is_company"""
                )
            )
        }
        banks = self.env["res.bank"].search([("partner_id", "=", False)])
        return banks.filtered(lambda bank: bank.name.strip().lower() not in names)

    def _open_roles(self, domain, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_role_action"
        )
        domain &= Domain("source", "=", "install")
        return dict(action, display_name=name, domain=list(domain), context={})

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": self.env["ir.actions.act_window"]._for_xml_id(
                    "counterparty_crm.counterparty_derivation_action"
                ),
            },
        }
