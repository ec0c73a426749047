from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..tools import facts
from .counterparty_facts_expected import OPPORTUNITIES, QUOTATIONS
from .counterparty_facts_money import LEDGER

OPEN = "counterparty.trade.open"
PRODUCT = "counterparty.trade.product"
SALES_REPORT = "counterparty.profit.report"
ALL_SALES = "sales_team.group_sale_salesman_all_leads"
LONG = "today -6m"
NAMED = 2  # categories that are named in a line
RATED_MONTHS = 24


class CounterpartyFacts(models.AbstractModel):
    """What stands on the card of a counterparty: trade, money, and how it is doing.

    Read in one call when the tab is opened, each line with the rights of who asks; lines that say
    nothing are left out.
    """

    _name = "counterparty.facts"
    _description = "Facts about a Counterparty"
    _inherit = [
        "counterparty.facts.expected.mixin",
        "counterparty.facts.money.mixin",
        "counterparty.facts.promise.mixin",
        "counterparty.facts.supplier.mixin",
    ]

    @api.model
    @api.readonly
    def get_facts(self, partner_id):
        """Return the card of a counterparty.

        :return: list of ``{"key", "title", "lines": [{"key", "label", "text", "tone", "opens"}]}``
        :raises AccessError: for users without our rights, or without access to the counterparty
        """
        partner = self.env["counterparty.timeline"]._check_partner(partner_id)
        groups = [
            ("trade", self.env._("Trade"), self._get_trade(partner)),
            ("money", self._describe_money(), self._get_money(partner)),
            ("judgement", self.env._("How is this counterparty"), self._get_judgement(partner)),
        ]
        return [
            {"key": key, "title": title, "lines": lines} for key, title, lines in groups if lines
        ]

    @api.model
    def action_open(self, partner_id, key):
        """Return the list behind a line of the card.

        :raises UserError: for a line that has none
        """
        partner = self.env["counterparty.timeline"]._check_partner(partner_id)
        entity = self._get_entity(partner)
        lists = self._get_lists(entity)
        if key not in lists:
            raise UserError(self.env._("There is no list behind this line of the card."))
        xmlid, domain, context = lists[key]
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return dict(
            action,
            domain=domain,
            context=context,
            display_name=self.env._(
                "%(partner)s: %(what)s", partner=entity.display_name, what=action["name"]
            ),
        )

    @api.model
    def _get_lists(self, entity):
        """Return ``{key of a line: (action, domain, context)}``."""
        whose = [("commercial_partner_id", "=", entity.id)]
        quantities = "counterparty_crm.counterparty_trade_open_action"
        prices = "counterparty_crm.counterparty_trade_product_action"
        return {
            "undelivered": (
                quantities,
                whose,
                {
                    "search_default_to_deliver": 1,
                    "search_default_coming": 1,
                },
            ),
            "unreceived": (
                quantities,
                whose,
                {
                    "search_default_to_receive": 1,
                    "search_default_coming": 1,
                },
            ),
            "not_coming": (quantities, whose, {"search_default_not_coming": 1}),
            "sold": (prices, whose, {"search_default_sold": 1}),
            "bought": (prices, whose, {"search_default_bought": 1}),
            "expected": (OPPORTUNITIES, self._domain_opportunities(entity), {}),
            "quoted": (QUOTATIONS, self._domain_quotations(entity), {}),
            "promises": (
                "counterparty_crm.counterparty_interaction_action",
                [*whose, ("promised_on", "!=", False)],
                {},
            ),
            "stale": (prices, whose, {"search_default_sold": 1, "search_default_not_180": 1}),
        }

    @api.model
    def _get_entity(self, partner):
        """Return whose documents the card is about; rows of long ago may name no company."""
        return partner.commercial_partner_id or partner

    @api.model
    def _prepare_line(self, key, label, text, tone="", opens=False):
        return {"key": key, "label": label, "text": text, "tone": tone, "opens": opens}

    @api.model
    def _format_amount(self, amount, currency):
        return formatLang(self.env, amount, currency_obj=currency)

    # ------------------------------------------------------------
    # Trade
    # ------------------------------------------------------------

    @api.model
    def _get_trade(self, partner):
        entity = self._get_entity(partner)
        return [*self._get_open_quantities(entity), *self._get_products(entity)]

    @api.model
    def _get_open_quantities(self, entity):
        rows = self.env[OPEN]._read_group(
            [("commercial_partner_id", "=", entity.id)],
            ["side", "reason", "currency_id"],
            ["__count", "amount:sum"],
        )
        coming = {"out": [], "in": []}
        lost = 0
        for side, reason, currency, count, amount in rows:
            if reason == "open":
                coming[side].append((currency, count, amount))
            else:
                lost += count
        keys = {"out": "undelivered", "in": "unreceived"}
        labels = dict(
            undelivered=self.env._("Ordered, not delivered"),
            unreceived=self.env._("Ordered, not received"),
        )
        lines = [
            self._prepare_line(
                keys[side], labels[keys[side]], self._describe_amounts(found), opens=True
            )
            for side, found in coming.items()
            if found
        ]
        if lost:
            lines.append(
                self._prepare_line(
                    "not_coming",
                    self.env._("Will not come"),
                    self.env._("lines: %(count)s (returned, cancelled or not planned)", count=lost),
                    opens=True,
                )
            )
        return lines

    @api.model
    def _describe_amounts(self, found):
        count = sum(lines for _currency, lines, _amount in found)
        amounts = ", ".join(
            self._format_amount(amount, currency) for currency, _lines, amount in found
        )
        return self.env._("%(amounts)s, lines: %(count)s", amounts=amounts, count=count)

    @api.model
    def _get_products(self, entity):
        whose = [("commercial_partner_id", "=", entity.id)]
        counts = dict(self.env[PRODUCT]._read_group(whose, ["side"], ["__count"]))
        labels = dict(sold=self.env._("Last prices sold"), bought=self.env._("Last prices bought"))
        lines = []
        for side, key in (("out", "sold"), ("in", "bought")):
            if counts.get(side):
                text = self.env._("products: %(count)s", count=counts[side])
                lines.append(self._prepare_line(key, labels[key], text, opens=True))
        if counts.get("out"):
            stale = self.env[PRODUCT].search_count(
                [*whose, ("side", "=", "out"), ("date", "<", LONG)]
            )
            if stale:
                lines.append(
                    self._prepare_line(
                        "stale",
                        self.env._("Not bought for half a year"),
                        self.env._("products: %(count)s", count=stale),
                        "warning",
                        opens=True,
                    )
                )
        return lines

    # ------------------------------------------------------------
    # How is this counterparty
    # ------------------------------------------------------------

    @api.model
    def _get_judgement(self, partner):
        entity = self._get_entity(partner)
        return [
            *self._get_satisfaction(partner),
            *self._get_payment_morals(entity),
            *self._get_supplier_reliability(entity),
            *self._get_revenue(entity),
            *self._get_expected(entity),
        ]

    @api.model
    def _get_satisfaction(self, partner):
        """Return the average of what the counterparty's people rated, as far as one may read it."""
        Rating = self.env["rating.rating"]
        if not Rating.has_access("read"):
            return []
        since = fields.Datetime.now() - relativedelta(months=RATED_MONTHS)
        [(average, count)] = Rating._read_group(
            [
                ("partner_id", "in", partner._get_counterparty_scope()),
                ("consumed", "=", True),
                ("rating", ">", 0),
                ("write_date", ">=", since),
            ],
            [],
            ["rating:avg", "__count"],
        )
        if not count:
            return []
        tone = "success" if average >= 4 else "warning" if average >= 3 else "danger"
        text = self.env._(
            "%(average)s of 5, ratings: %(count)s",
            average=formatLang(self.env, average, digits=1),
            count=count,
        )
        return [self._prepare_line("satisfaction", self.env._("Satisfaction"), text, tone)]

    @api.model
    def _get_revenue(self, entity):
        """Return revenue of twelve months beside the year before, and which categories moved."""
        Report = self.env[SALES_REPORT]
        if not Report.has_access("read"):
            return []
        now, before = self._read_revenue(entity)
        total, earlier = sum(now.values()), sum(before.values())
        if not total and not earlier:
            return []
        currency = self.env.company.currency_id
        lines = [
            self._prepare_line(
                "revenue",
                self._get_revenue_label(),
                self._describe_change(self._format_amount(total, currency), total, earlier),
            )
        ]
        growing, shrinking = facts.trends(now, before)
        for key, label, found in (
            ("growing", self.env._("Buys more"), growing),
            ("shrinking", self.env._("Buys less"), shrinking),
        ):
            if found:
                text = ", ".join(
                    self._describe_change(trend.key.name or "", trend.now, trend.before)
                    for trend in found[:NAMED]
                )
                tone = "success" if key == "growing" else "warning"
                lines.append(self._prepare_line(key, label, text, tone))
        return lines

    @api.model
    def _get_revenue_label(self):
        """Say whose sales are added up: a salesperson may see no more than his own."""
        if self.env.user.has_groups(f"{ALL_SALES},{LEDGER}"):
            return self.env._("Revenue of 12 months")
        return self.env._("Revenue of 12 months, as far as yours")

    @api.model
    def _read_revenue(self, entity):
        """Return ``{category: revenue}`` of the last twelve months and of those before."""
        Report = self.env[SALES_REPORT].with_context(counterparty_facts_only=True)
        today = fields.Date.context_today(self)
        year, two = today - relativedelta(years=1), today - relativedelta(years=2)
        whose = [("commercial_partner_id", "=", entity.id)]
        return [
            dict(
                Report._read_group(
                    [*whose, ("date", ">", first), ("date", "<=", last)],
                    ["categ_id"],
                    ["revenue:sum"],
                )
            )
            for first, last in ((year, today), (two, year))
        ]

    @api.model
    def _describe_change(self, text, now, before):
        """Add to a text how it changed against the year before."""
        if before <= 0:
            return self.env._("%(what)s (none the year before)", what=text) if now > 0 else text
        change = round(100 * (now - before) / before)
        return self.env._("%(what)s (%(change)s %%)", what=text, change=f"{change:+d}")
