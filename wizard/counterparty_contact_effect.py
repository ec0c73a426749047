from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

from ..tools.contact_effect import MIN_CUSTOMERS, Moments, Stratum, compare, is_usable

REPORT = "counterparty.profit.report"
MAX_MONTHS = 36
ALL_DOCUMENTS = (
    "sales_team.group_sale_salesman_all_leads,account.group_account_invoice,"
    "account.group_account_readonly"
)


class CounterpartyContactEffect(models.TransientModel):
    """Asks what calls, meetings and mailings brought: sales before and after the contact.

    Each counterparty counts with its first contact of the period. Beside the plain sums stands a
    comparison with customers of the same month who had bought as much before and were not
    contacted: only that tells what might be due to the contact.
    """

    _name = "counterparty.contact.effect"
    _inherit = ["counterparty.contact.effect.query.mixin"]
    _description = "Effect of Contacts"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        "Contacts Since",
        required=True,
        default=lambda self: fields.Date.context_today(self) - relativedelta(months=12),
    )
    date_to = fields.Date("Until", required=True, default=fields.Date.context_today)
    days = fields.Integer(
        "Window (days)",
        required=True,
        default=lambda self: self.env.company.counterparty_effect_days,
        help="Sales of so many days before the contact, and of as many from that day on.",
    )
    kind = fields.Selection(
        lambda self: self.env["counterparty.interaction"]._fields["kind"].selection,
        "Only",
        help="Empty: every contact that went out from us.",
    )
    user_id = fields.Many2one("res.users", "By", domain=[("share", "=", False)])
    medium_id = fields.Many2one("utm.medium")
    group_by = fields.Selection(
        [
            ("kind", "Kind of contact"),
            ("user_id", "Person"),
            ("medium_id", "Medium"),
            ("source_id", "Source"),
            ("month", "Month"),
        ],
        "For Each",
        required=True,
        default="kind",
    )
    line_ids = fields.One2many("counterparty.contact.effect.line", "effect_id")

    _days_positive = models.Constraint("CHECK (days > 0)", "The window is at least one day long.")

    def action_compare(self):
        """Open what the contacts brought, one line for each group.

        :raises AccessError: for those who may not see sales
        :raises UserError: when the period ends before it starts, or is too long
        """
        self.ensure_one()
        self._check_question()
        self.line_ids = [
            Command.clear(),
            *(Command.create(vals) for vals in self._prepare_lines()),
        ]
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "counterparty_crm.counterparty_contact_effect_line_action"
            ),
            "domain": [("effect_id", "=", self.id)],
        }

    def _check_question(self):
        # the sums are of all documents of the company
        sees_all = self.env.user.has_groups(ALL_DOCUMENTS)
        if not sees_all or not self.env[REPORT].has_access("read"):
            raise AccessError(
                self.env._("What contacts brought is for those who may see sales or invoices.")
            )
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "Choose %(company)s among your companies first.", company=self.company_id.name
                )
            )
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it starts: change its dates."))
        if self.date_to > self.date_from + relativedelta(months=MAX_MONTHS):
            raise UserError(
                self.env._("Ask for at most %(months)s months at once.", months=MAX_MONTHS)
            )

    # ------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------

    def _prepare_lines(self):
        """Return one line for each group: sums of the contacted, and the comparison."""
        self.env["counterparty.interaction"].flush_model()
        self.env["counterparty.role"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "counterparty_source_id"])
        self.env["crm.lead"].flush_model(["partner_id", "source_id"])
        self.env["counterparty.sale.fact"]._flush_sources()
        sums = defaultdict(lambda: defaultdict(float))
        contacted = defaultdict(dict)
        for key, month, level, row in self._read_contacted():
            for name, value in row.items():
                sums[key][name] += value
            # who was contacted a short while ago has not had the time to buy
            if row["full_count"]:
                contacted[key][month, level] = self._get_moments(row)
        others = {
            (month, level): (self._get_moments(row), customers)
            for month, level, row, customers in self._read_others()
        }
        return [
            {
                **self._prepare_group(key),
                **self._prepare_sums(total),
                **self._prepare_comparison(contacted[key], others),
            }
            for key, total in sums.items()
        ]

    def _get_moments(self, row):
        return Moments(
            int(row["full_count"]), int(row["buyers"]), float(row["total"]), float(row["squares"])
        )

    def _prepare_group(self, key):
        vals = {"name": self.env._("Not known")}
        if not key:
            return vals
        if self.group_by == "kind":
            labels = dict(
                self.env["counterparty.interaction"]
                ._fields["kind"]
                ._description_selection(self.env)
            )
            return {"name": labels.get(key, key)}
        if self.group_by == "month":
            return {"name": key}
        comodel = self.env["counterparty.interaction"]._fields[self.group_by].comodel_name
        # sudo: names of people and of media, also of those that were archived or are of others
        return {"name": self.env[comodel].sudo().browse(int(key)).display_name}

    def _prepare_sums(self, total):
        return {
            "contacted_count": int(total["count"]),
            "recent_count": int(total["recent"]),
            "revenue_before": total["before"],
            "revenue_after": total["after"],
            "profit_before": total["profit_before"],
            "profit_after": total["profit_after"],
        }

    def _prepare_comparison(self, contacted, others):
        """Return what the comparison says of one group.

        :param contacted: ``{(month, level): Moments}``
        :param others: ``{(month, level): (Moments, ids of the customers)}`` of those not contacted
        """
        nobody = (Moments(), ())
        strata, customers = [], set()
        for place, moments in contacted.items():
            similar, ids = others.get(place, nobody)
            stratum = Stratum(moments, similar)
            if is_usable(stratum):
                strata.append(stratum)
                # whoever is similar in many months is one customer
                customers.update(ids)
        effect = compare(strata, len(customers))
        vals = {
            "compared_count": effect.contacted,
            "other_count": effect.others,
            "share_contacted": 100 * effect.share_contacted,
            "share_others": 100 * effect.share_others,
            "sentence": self._say(effect),
        }
        if effect.buying:
            vals |= {
                "difference": 100 * effect.buying.difference,
                "difference_low": 100 * effect.buying.low,
                "difference_high": 100 * effect.buying.high,
            }
        return vals

    # ------------------------------------------------------------
    # One plain sentence
    # ------------------------------------------------------------

    def _say(self, effect):
        """Return what the comparison tells, in one sentence for people."""
        if not effect.buying:
            return self.env._(
                "Not enough data: %(contacted)s contacted customers and %(others)s similar ones "
                "who were not contacted; at least %(needed)s of each are needed.",
                contacted=effect.contacted,
                others=effect.others,
                needed=MIN_CUSTOMERS,
            )
        facts = {
            "share": self._format_percent(effect.share_contacted),
            "others": self._format_percent(effect.share_others),
            "difference": self._format_percent(abs(effect.buying.difference)),
            "low": self._format_percent(effect.buying.low),
            "high": self._format_percent(effect.buying.high),
            "days": self.days,
        }
        if not effect.buying.tells:
            text = self.env._(
                "%(share)s bought within %(days)s days, of similar customers without a contact "
                "%(others)s: this may be chance (95 %%: %(low)s to %(high)s points).",
                **facts,
            )
        elif effect.buying.difference > 0:
            text = self.env._(
                "%(share)s bought within %(days)s days, of similar customers without a contact "
                "%(others)s: %(difference)s points more (95 %%: %(low)s to %(high)s).",
                **facts,
            )
        else:
            text = self.env._(
                "%(share)s bought within %(days)s days, of similar customers without a contact "
                "%(others)s: %(difference)s points fewer (95 %%: %(low)s to %(high)s).",
                **facts,
            )
        return f"{text} {self._say_money(effect.money)}" if effect.money else text

    def _say_money(self, money):
        facts = {
            "amount": self._format_money(abs(money.difference)),
            "low": self._format_money(money.low),
            "high": self._format_money(money.high),
        }
        if money.difference < 0:
            return self.env._(
                "Sales per customer grew by %(amount)s less than theirs "
                "(difference with 95 %%: %(low)s to %(high)s).",
                **facts,
            )
        return self.env._(
            "Sales per customer grew by %(amount)s more than theirs "
            "(difference with 95 %%: %(low)s to %(high)s).",
            **facts,
        )

    def _format_percent(self, share):
        return f"{formatLang(self.env, 100 * share, digits=1)} %"

    def _format_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)
