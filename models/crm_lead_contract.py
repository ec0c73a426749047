from odoo import api, fields, models
from odoo.fields import Domain

GROUP_USER = "counterparty_crm.group_user"
# a change of these may win an opportunity, or name the counterparty of one that is won
WINNING = frozenset(("stage_id", "probability", "active", "partner_id", "team_id"))


class CounterpartyContractLeadMixin(models.AbstractModel):
    """The contract that winning an opportunity writes, and what becomes of it afterwards.

    Listed before the host's model, so that it looks at what the host has written.
    """

    _name = "counterparty.contract.lead.mixin"
    _description = "Contract of an opportunity that was won"

    counterparty_document_ids = fields.One2many(
        "counterparty.document", "opportunity_id", "Contract", readonly=True, groups=GROUP_USER
    )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._sign_counterparty_contracts()
        return leads

    def write(self, vals):
        if WINNING.isdisjoint(vals):
            return super().write(vals)
        were_won = self.filtered(lambda lead: lead.won_status == "won")
        result = super().write(vals)
        if vals.get("partner_id"):
            self._tell_requests_who_asks()
        self._sign_counterparty_contracts()
        were_won.filtered(lambda lead: lead.won_status != "won")._withdraw_counterparty_contracts()
        return result

    def _tell_requests_who_asks(self):
        """Let requests of the stages know the customer who was a mere name when they came."""
        # sudo: who names the customer need not work at the desk
        for lead in self.sudo().filtered("counterparty_request_ids"):
            unknown = lead.counterparty_request_ids.filtered(lambda asked: not asked.partner_id)
            unknown.partner_id = lead.partner_id

    # ------------------------------------------------------------
    # Won
    # ------------------------------------------------------------

    def _sign_counterparty_contracts(self):
        """Write won opportunities into the register and make customers of their prospects."""
        # sudo: the contract is the register's, whether or not the salesperson may write there
        won = self.sudo().filtered(
            lambda lead: lead.won_status == "won" and lead.team_id.counterparty_contract_kind_id
        )
        won._renew_withdrawn_contracts()
        won = won.filtered(
            lambda lead: not lead.with_context(active_test=False).counterparty_document_ids
        )
        # a company or a person: the host makes the customer of either
        named = won.filtered(
            lambda lead: not lead.partner_id and (lead.partner_name or lead.contact_name)
        )
        for lead in named:
            # who signs is no prospect any more; with the name of its counterparty this comes again
            lead._name_counterparty_signer()
        for lead in (won - named).filtered(lambda lead: not lead.partner_id):
            lead._message_log(
                body=self.env._("There is no contract yet: choose the customer who signs it.")
            )
        won = (won - named).filtered("partner_id")
        if not won:
            return
        contracts = won.env["counterparty.document"].create(
            [lead._prepare_counterparty_contract() for lead in won]
        )
        won.env["counterparty.role"]._schedule_derivation(contracts.commercial_partner_id, "sale")

    def _name_counterparty_signer(self):
        """Choose the customer of a won prospect: whom we know already, else a new one."""
        self.ensure_one()
        mine = Domain("company_id", "in", [self.company_id.id or self.env.company.id, False])
        known = namesake = self.env["res.partner"]
        if self.email_normalized:
            known = known.search(mine & Domain("email_normalized", "=", self.email_normalized))
        known = known.filtered("partner_share")
        if known:
            # the host gives a new company the address of its first person
            self.partner_id = min(
                known, key=lambda one: (one.name != self.contact_name, one.is_company, one.id)
            )
            return
        if self.partner_name:
            namesake = namesake.search(
                mine & Domain("is_company", "=", True) & Domain("name", "=", self.partner_name),
                limit=2,
            )
        # of two companies of the same name neither is known to be the one
        with_parent = namesake if len(namesake) == 1 else None
        self._handle_partner_assignment(create_missing=True, with_parent=with_parent)

    def _prepare_counterparty_contract(self):
        return {
            "name": self.name,
            "kind_id": self.team_id.counterparty_contract_kind_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "company_id": (self.company_id or self.env.company).id,
            "responsible_id": (self.user_id or self.env.user).id,
            "date_issue": fields.Date.context_today(self),
            "date_from": fields.Date.context_today(self),
            "amount": max(self.expected_revenue, 0),
            "currency_id": self.company_currency.id,
            "opportunity_id": self.id,
        }

    # ------------------------------------------------------------
    # Won no more
    # ------------------------------------------------------------

    def _withdraw_counterparty_contracts(self):
        """Take back contracts of opportunities that are won no more; worked on, they stay."""
        # sudo: as they were written
        for lead in self.sudo():
            for contract in lead.counterparty_document_ids:
                if contract._is_as_won():
                    contract._withdraw()
                    body = self.env._(
                        "The contract is withdrawn from the register: the opportunity is won no "
                        "more."
                    )
                else:
                    body = self.env._(
                        "The contract stays in the register, as somebody has worked on it since: "
                        "archive it there if it does not count."
                    )
                lead._message_log(body=body)

    def _renew_withdrawn_contracts(self):
        """Bring contracts back that were withdrawn, as the opportunity is now."""
        for lead in self.filtered("partner_id"):
            documents = lead.with_context(active_test=False).counterparty_document_ids
            for contract in documents.filtered("is_withdrawn"):
                vals = {"active": True, "is_withdrawn": False}
                contract.write({**lead._prepare_counterparty_contract(), **vals})
                partners = contract.commercial_partner_id
                lead.env["counterparty.role"]._schedule_derivation(partners, "sale")

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: whoever merges need not see the desk nor the register
        self.sudo()._merge_counterparty(opportunities.sudo())
        return result

    def _merge_counterparty(self, others):
        """Take over what merged opportunities have caused, and what they know of the prospect."""
        contracts = others.with_context(active_test=False).counterparty_document_ids
        if not self.with_context(active_test=False).counterparty_document_ids:
            # one contract for an opportunity: a second one stays with its counterparty alone
            contracts[:1].opportunity_id = self
            self.invalidate_recordset(["counterparty_document_ids"])
        others.counterparty_request_ids.opportunity_id = self
        self.counterparty_followed_rule_ids |= others.counterparty_followed_rule_ids
        self.env["counterparty.request.document"]._move_links(others, self)
        self._learn_counterparty_prospect(others)
        recalls = others.filtered("counterparty_recall_date").mapped("counterparty_recall_date")
        if not self.active and not self.counterparty_recall_date:
            self.counterparty_recall_date = min(recalls, default=False)

    def _learn_counterparty_prospect(self, others):
        """Take over facts of the prospect that neither this nor its company knows."""
        company = self.partner_id.commercial_partner_id
        for name, source in self.env["res.partner"]._get_counterparty_prospect_fields().items():
            if name == "counterparty_turnover_currency_id" or self[name] or company[source]:
                continue
            teacher = others.filtered(name)[:1]
            if teacher and name == "counterparty_turnover":
                # an amount without its currency would be another one
                currency = teacher.counterparty_turnover_currency_id
                self.write({name: teacher[name], "counterparty_turnover_currency_id": currency.id})
            elif teacher:
                self[name] = teacher[name]

    # ------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------

    def action_open_counterparty_contracts(self):
        """Open the contract that came out of the opportunity."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_document_action"
        )
        documents = self.counterparty_document_ids
        return {
            **action,
            "domain": [("id", "in", documents.ids)],
            "context": {"create": False},
            **({"views": [(False, "form")], "res_id": documents.id} if len(documents) == 1 else {}),
        }
