from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools.interactions import MAILING_ANSWERS

NO_KEY = ""
# through what people are contacted, where nobody has noted it
MEDIUMS = {
    "call": "phone",
    "meeting": "direct",
    "visit": "direct",
    "email": "email",
    "mailing": "email",
    "open": "email",
    "click": "email",
    "reply": "email",
}
CONTACTED = (
    "count", "recent", "full_count", "buyers", "total", "squares",
    "before", "after", "profit_before", "profit_after",
)  # fmt: skip
OTHERS = ("full_count", "buyers", "total", "squares")


class CounterpartyContactEffectQueryMixin(models.AbstractModel):
    """Reads what the contacted bought, and what similar customers did who were not.

    Both are summed by month and by level of the sales before: these sums are all that the
    comparison needs.
    """

    _name = "counterparty.contact.effect.query.mixin"
    _description = "Sales before and after contacts"

    def _read_contacted(self):
        """Yield group, month, level of sales before, and sums of the contacted customers.

        Also of those who became customers after the contact; suppliers, banks and others earn no
        sales, whoever calls them.
        """
        for key, month, level, *values in self.env.execute_query(
            SQL(
                """
                WITH customer AS MATERIALIZED (%(customers)s),
                buyer AS MATERIALIZED (%(buyers)s),
                contact AS MATERIALIZED (%(contacts)s), sold AS (
                    SELECT contact.key, contact.day, contact.partner_id,
                           contact.day + %(days)s <= %(today)s AS is_over,
                           contact.known_on <= contact.day AS is_customer,
                           BOOL_OR(buyer.since < contact.day) AS bought_before, %(measures)s
                      FROM contact
                      LEFT JOIN buyer ON buyer.partner_id = contact.partner_id
                      LEFT JOIN counterparty_sale_fact f
                             ON f.commercial_partner_id = contact.partner_id
                            AND f.company_id = %(company)s AND NOT f.is_internal
                            AND f.invoice_date >= contact.day - %(days)s
                            AND f.invoice_date < contact.day + %(days)s
                     GROUP BY 1, 2, 3, contact.known_on
                )
                SELECT key, date_trunc('month', day)::date, %(level)s, COUNT(*),
                       COUNT(*) FILTER (WHERE NOT is_over), COUNT(*) FILTER (WHERE %(full)s),
                       COUNT(*) FILTER (WHERE %(full)s AND after > 0),
                       COALESCE(SUM(after - before) FILTER (WHERE %(full)s), 0),
                       COALESCE(SUM((after - before) ^ 2) FILTER (WHERE %(full)s), 0),
                       SUM(before), SUM(after), SUM(profit_before), SUM(profit_after)
                  FROM sold
                 GROUP BY 1, 2, 3
                """,
                contacts=self._sql_first_contacts(),
                buyers=self._sql_buyers(),
                measures=self._sql_measures(SQL("contact.day")),
                level=self._sql_level(),
                # who was no customer yet has no equal among those who were not contacted
                full=SQL("is_over AND is_customer"),
                customers=self._sql_customers(),
                today=fields.Date.context_today(self),
                company=self.company_id.id,
                days=self.days,
            )
        ):
            row = dict(zip(CONTACTED, map(float, values), strict=True))
            yield key or NO_KEY, month, level, row

    def _sql_first_contacts(self):
        """Select group, customer, day of the first contact, and since when it is a customer."""
        return SQL(
            """
            SELECT %(key)s AS key, i.commercial_partner_id AS partner_id,
                   MIN(i.date)::date AS day, MIN(customer.date_from) AS known_on
              FROM counterparty_interaction i
              JOIN customer ON customer.partner_id = i.commercial_partner_id
                   AND i.date::date <= customer.date_to
             WHERE %(contacts)s
               AND i.date >= %(start)s AND i.date < %(stop)s
             GROUP BY 1, 2
            """,
            key=self._sql_key(),
            contacts=self._sql_contacts("i"),
            start=self.date_from,
            stop=self.date_to + timedelta(days=1),
        )

    def _read_others(self):
        """Yield month, level of sales before, sums and ids of customers who were not contacted.

        Their window lies around the middle of the month.
        """
        for month, level, customers, *values in self.env.execute_query(
            SQL(
                """
                WITH buyer AS MATERIALIZED (%(buyers)s), quiet AS (%(quiet)s), sold AS (
                    SELECT quiet.month, quiet.partner_id,
                           BOOL_OR(buyer.since < quiet.day) AS bought_before, %(measures)s
                      FROM quiet
                      LEFT JOIN buyer ON buyer.partner_id = quiet.partner_id
                      LEFT JOIN counterparty_sale_fact f
                             ON f.commercial_partner_id = quiet.partner_id
                            AND f.company_id = %(company)s AND NOT f.is_internal
                            AND f.invoice_date >= quiet.day - %(days)s
                            AND f.invoice_date < quiet.day + %(days)s
                     GROUP BY 1, 2
                )
                SELECT month, %(level)s, ARRAY_AGG(partner_id), COUNT(*),
                       COUNT(*) FILTER (WHERE after > 0),
                       SUM(after - before), SUM((after - before) ^ 2)
                  FROM sold
                 GROUP BY 1, 2
                """,
                quiet=self._sql_quiet(),
                buyers=self._sql_buyers(),
                measures=self._sql_measures(SQL("quiet.day")),
                level=self._sql_level(),
                company=self.company_id.id,
                days=self.days,
            )
        ):
            yield month, level, dict(zip(OTHERS, map(float, values), strict=True)), customers

    def _sql_quiet(self):
        """Select month, day and customer for each month in which nobody contacted the customer."""
        return SQL(
            """
            SELECT moment.month, moment.month + 14 AS day, customer.partner_id
              FROM (SELECT each::date AS month
                      FROM generate_series(date_trunc('month', %(first)s::date),
                                           %(last)s::date, '1 month') each) moment
              JOIN (%(customers)s) customer
                ON moment.month + 14 BETWEEN customer.date_from AND customer.date_to
             WHERE moment.month + 14 + %(days)s <= %(today)s
               AND NOT EXISTS (
                SELECT FROM counterparty_interaction i
                 WHERE i.commercial_partner_id = customer.partner_id
                   AND %(contacts)s
                   AND i.date >= moment.month + 14 - %(days)s
                   AND i.date < moment.month + 14 + %(days)s)
            """,
            first=self.date_from,
            last=self.date_to,
            today=fields.Date.context_today(self),
            contacts=self._sql_contacts("i", everybody=True),
            customers=self._sql_customers(),
            days=self.days,
        )

    def _sql_customers(self):
        """Select customers and prospects with the first and the last day of their roles."""
        return SQL(
            """
            SELECT role.commercial_partner_id AS partner_id,
                   MIN(COALESCE(role.date_from, '-infinity')) AS date_from,
                   MAX(COALESCE(role.date_to, 'infinity')) AS date_to
              FROM counterparty_role role
              JOIN counterparty_type kind ON kind.id = role.type_id
             WHERE kind.document_family = 'sale'
               AND (role.company_id IS NULL OR role.company_id = %s)
             GROUP BY 1
            """,
            self.company_id.id,
        )

    def _sql_buyers(self):
        """Select who has ever bought, and since when."""
        return SQL(
            """SELECT commercial_partner_id AS partner_id, MIN(invoice_date) AS since
                 FROM counterparty_sale_fact
                WHERE company_id = %s AND NOT is_internal AND revenue > 0
                GROUP BY 1""",
            self.company_id.id,
        )

    def _sql_key(self):
        if self.group_by == "month":
            return SQL("to_char(i.date, 'YYYY-MM')")
        if self.group_by == "medium_id":
            return SQL("(%s)::text", self._sql_medium("i"))
        if self.group_by == "source_id":
            return SQL("(%s)::text", self._sql_source("i"))
        return SQL("%s::text", SQL.identifier("i", self.group_by))

    def _sql_medium(self, alias):
        """Return through what a contact went: what was noted, else what its kind says."""
        cases = [
            SQL("WHEN %s THEN %s", kind, medium.id)
            for kind, name in MEDIUMS.items()
            if (medium := self.env.ref(f"utm.utm_medium_{name}", raise_if_not_found=False))
        ]
        noted = SQL.identifier(alias, "medium_id")
        if not cases:
            return noted
        return SQL(
            "COALESCE(%s, CASE %s %s END)",
            noted,
            SQL.identifier(alias, "kind"),
            SQL(" ").join(cases),
        )

    def _sql_source(self, alias):
        """Return where a contacted counterparty came from.

        What was noted with the contact, else with the counterparty, else with its first opportunity
        that says so.
        """
        return SQL(
            """COALESCE(%(noted)s,
                 (SELECT known.counterparty_source_id FROM res_partner known
                   WHERE known.id = %(entity)s),
                 (SELECT lead.source_id FROM crm_lead lead
                    JOIN res_partner asker ON asker.id = lead.partner_id
                   WHERE asker.commercial_partner_id = %(entity)s AND lead.source_id IS NOT NULL
                   ORDER BY lead.create_date, lead.id LIMIT 1))""",
            noted=SQL.identifier(alias, "source_id"),
            entity=SQL.identifier(alias, "commercial_partner_id"),
        )

    def _sql_contacts(self, alias, *, everybody=False):
        """Return the condition for contacts that went out from us.

        :param everybody: of whomever and however: who was called by somebody else is no customer
            without a contact
        """
        conditions = [
            # what people did with a mailing of ours came of it
            SQL(
                "(%s = 'out' OR %s = ANY(%s))",
                SQL.identifier(alias, "direction"),
                SQL.identifier(alias, "kind"),
                list(MAILING_ANSWERS),
            ),
            SQL(
                "(%(column)s IS NULL OR %(column)s = %(company)s)",
                column=SQL.identifier(alias, "company_id"),
                company=self.company_id.id,
            ),
        ]
        asked = [
            (SQL.identifier(alias, "kind"), self.kind),
            (SQL.identifier(alias, "user_id"), self.user_id.id),
            (self._sql_medium(alias), self.medium_id.id),
        ]
        conditions += [
            SQL("%s = %s", column, value) for column, value in asked if value and not everybody
        ]
        return SQL(" AND ").join(conditions)

    def _sql_measures(self, day):
        """Return sales and profit before the day, and from the day on."""
        return SQL(", ").join(
            SQL(
                "COALESCE(SUM(f.%(measure)s) FILTER (WHERE f.invoice_date %(side)s %(day)s), 0) "
                "AS %(name)s",
                measure=SQL.identifier(measure),
                side=SQL(side),
                day=day,
                name=SQL.identifier(name),
            )
            for measure, side, name in (
                ("revenue", "<", "before"),
                ("revenue", ">=", "after"),
                ("profit", "<", "profit_before"),
                ("profit", ">=", "profit_after"),
            )
        )

    def _sql_level(self):
        # customers are alike when their sales before differ by less than four times; who pauses is
        # not like a prospect that has never bought
        return SQL(
            """CASE WHEN before > 0 THEN GREATEST(1, 1 + FLOOR(LN(before) / LN(4))::int)
                    WHEN bought_before THEN -1 ELSE 0 END"""
        )
