from odoo import api, fields, models

OPPORTUNITIES = "counterparty_crm.crm_lead_action_counterparty"
QUOTATIONS = "sale.action_quotations"


class CounterpartyFactsExpectedMixin(models.AbstractModel):
    """What a counterparty may bring: open opportunities and quotations, each for itself.

    They are not added up: a quotation often stands for the opportunity that it came from.
    """

    _name = "counterparty.facts.expected.mixin"
    _description = "What a counterparty may bring"

    @api.model
    def _get_expected(self, entity):
        return [*self._get_opportunities(entity), *self._get_quotations(entity)]

    @api.model
    def _domain_opportunities(self, entity):
        return [
            ("type", "=", "opportunity"),
            ("won_status", "=", "pending"),
            ("partner_id.commercial_partner_id", "=", entity.id),
        ]

    @api.model
    def _domain_quotations(self, entity):
        return [
            ("state", "in", ("draft", "sent")),
            ("partner_id.commercial_partner_id", "=", entity.id),
            # what has expired nobody can order any more
            "|",
            ("validity_date", "=", False),
            ("validity_date", ">=", fields.Date.context_today(self)),
        ]

    @api.model
    def _get_opportunities(self, entity):
        """Return what open opportunities expect, and what that is by their probability."""
        Lead = self.env["crm.lead"]
        if not Lead.has_access("read"):
            return []
        rows = Lead._read_group(
            self._domain_opportunities(entity),
            ["company_id"],
            ["__count", "expected_revenue:sum", "prorated_revenue:sum"],
        )
        by_currency = {}
        for company, count, expected, weighted in rows:
            # as the host reads opportunities that belong to no company
            currency = (company or self.env.company).currency_id
            sums = by_currency.setdefault(currency, [0, 0.0, 0.0])
            by_currency[currency] = [
                old + new for old, new in zip(sums, (count, expected, weighted), strict=True)
            ]
        return [
            self._prepare_line(
                "expected",
                self.env._("Open opportunities"),
                self.env._(
                    "%(expected)s, by probability %(weighted)s (opportunities: %(count)s)",
                    expected=self._format_amount(expected, currency),
                    weighted=self._format_amount(weighted, currency),
                    count=count,
                ),
                opens=True,
            )
            for currency, (count, expected, weighted) in by_currency.items()
        ]

    @api.model
    def _get_quotations(self, entity):
        """Return what is quoted and not ordered yet, in the currencies of the quotations."""
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return []
        rows = Order._read_group(
            self._domain_quotations(entity), ["currency_id"], ["__count", "amount_untaxed:sum"]
        )
        if not rows:
            return []
        text = self.env._(
            "%(amounts)s without taxes, quotations: %(count)s",
            amounts=", ".join(
                self._format_amount(amount, currency) for currency, _count, amount in rows
            ),
            count=sum(count for _currency, count, _amount in rows),
        )
        return [self._prepare_line("quoted", self.env._("Quoted, not ordered"), text, opens=True)]
