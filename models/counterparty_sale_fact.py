import logging

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import sale_cost
from .sale_order_line import COST_PROFIT
from .unchecked_many2one import UncheckedMany2one

# measures that reports sum as whole hundredths, see :meth:`CounterpartySaleFact.init`
CENTS = {name: f"{name}_cents" for name in ("revenue", "cost", "profit")}

_logger = logging.getLogger(__name__)

POSTING, COST, CAMPAIGN = "posting", "cost", "campaign"


class CounterpartySaleFact(models.Model):
    """What one posted line of a customer invoice brought, and the share of a campaign in it.

    Rows are written with the posting and never changed while the document is posted: a
    correction adds rows, so that every report is a plain sum. Draft, cancel and delete remove
    all rows of the document.
    """

    _name = "counterparty.sale.fact"
    _description = "Sale Fact"
    _inherit = [
        "counterparty.sale.fact.build",
        "counterparty.sale.fact.recost",
        "counterparty.sale.fact.fill",
        "counterparty.sale.fact.check",
        "counterparty.sale.fact.rebuild",
        "counterparty.sale.fact.past",
        "counterparty.merge.mixin",
    ]
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "move_id"

    # the document; deleting it deletes its facts
    # a plain number: lines go with their document, and the foreign key would cost an index more
    line_id = fields.Integer("Journal Item", required=True, readonly=True)
    move_id = UncheckedMany2one("account.move", "Invoice", required=True, readonly=True, index=True)
    correction_id = fields.Many2one(
        "counterparty.sale.correction",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    # no foreign key: the document has one, and goes before its company does
    company_id = UncheckedMany2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    # when
    date = fields.Date("Accounting Date", required=True, readonly=True)
    invoice_date = fields.Date(required=True, readonly=True)

    # who bought what from whom, as sold; without foreign keys: these models guard their records
    commercial_partner_id = UncheckedMany2one("res.partner", "Counterparty", readonly=True)
    partner_id = UncheckedMany2one("res.partner", "Customer", readonly=True)
    product_id = UncheckedMany2one("product.product", readonly=True)
    categ_id = UncheckedMany2one("product.category", "Product Category", readonly=True)
    user_id = UncheckedMany2one("res.users", "Salesperson", readonly=True)
    team_id = UncheckedMany2one("crm.team", "Sales Team", readonly=True)
    is_internal = fields.Boolean(
        "Between Own Companies", readonly=True, help="Sold to one of the companies of this system."
    )

    # who earned it
    campaign_id = fields.Many2one(
        "utm.campaign", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    medium_id = UncheckedMany2one("utm.medium", readonly=True, index="btree_not_null")
    source_id = UncheckedMany2one("utm.source", readonly=True, index="btree_not_null")
    campaign_basis = fields.Selection(
        [
            ("line", "Invoice line"),
            ("invoice", "Invoice"),
            ("order", "Order"),
            ("opportunity", "Opportunity"),
            ("request", "Request"),
            ("interaction", "Interactions"),
            ("mirror", "Line reversed"),
            ("excess", "Credited beyond the original"),
            ("manual", "Given by hand"),
        ],
        "Campaign From",
        readonly=True,
    )

    kind = fields.Selection(
        [(POSTING, "Posting"), (COST, "Cost correction"), (CAMPAIGN, "Campaign correction")],
        required=True,
        readonly=True,
    )
    cost_basis = fields.Selection(
        [
            (sale_cost.MIRROR, "Line reversed"),
            (sale_cost.LEDGER, "Ledger"),
            (sale_cost.DELIVERY, "Delivery"),
            (sale_cost.ORDER, "Order"),
            (sale_cost.STANDARD, "Product cost"),
            (sale_cost.ESTIMATED, "Estimated at install"),
            (sale_cost.GIVEN, "Unit cost given"),
            (sale_cost.SETTLED, "Settled by delivery"),
            (sale_cost.SERVICE, "Service without cost"),
            (sale_cost.FREE, "Service that costs nothing"),
            (sale_cost.DISCOUNT, "Discount"),
            (sale_cost.KEPT, "Goods kept"),
            (sale_cost.ADVANCE, "Down payment"),
            (sale_cost.MISSING, "Missing"),
        ],
        "Cost From",
        required=True,
        readonly=True,
        groups=COST_PROFIT,
    )
    is_provisional = fields.Boolean(
        "Cost Provisional", readonly=True, groups=COST_PROFIT, help="The goods had not left yet."
    )

    # measures, in the company's currency; quantity in the product's unit
    quantity = fields.Float(readonly=True)
    revenue = fields.Monetary(
        "Net Revenue", readonly=True, help="Without taxes and without down payments."
    )
    advance = fields.Monetary(
        "Down Payments",
        readonly=True,
        help="Paid before the sale: revenue only when the final invoice deducts it.",
    )
    cost = fields.Monetary("Cost of Goods", readonly=True, groups=COST_PROFIT)
    profit = fields.Monetary(
        "Gross Profit",
        readonly=True,
        groups=COST_PROFIT,
        help="Revenue with a known cost, minus that cost.",
    )
    unknown = fields.Monetary(
        "Revenue Without Cost",
        readonly=True,
        groups=COST_PROFIT,
        help="Revenue of what nobody knows the cost of: neither profit nor loss.",
    )

    _partner_idx = models.Index("(commercial_partner_id, date)")
    _provisional_idx = models.Index("(line_id) WHERE is_provisional")

    def init(self):
        """Add what reports read beside the fields.

        Sums of four-byte hundredths take half the time and a third of the memory of sums of
        numbers with decimals, and are exact. What is not of whole hundredths, or too large, has
        none and is summed as it is; an index tells in no time whether there is any. The month
        takes what its row has free; worked out, it costs as much as reading the row.
        """
        for name, column in CENTS.items():
            self.env.cr.execute(
                SQL(
                    """ALTER TABLE counterparty_sale_fact ADD COLUMN IF NOT EXISTS %(column)s int4
                       GENERATED ALWAYS AS (
                           CASE WHEN ABS(%(name)s) < 21474836 AND %(name)s * 100 %% 1 = 0
                                THEN (%(name)s * 100)::int4 END) STORED""",
                    column=SQL.identifier(column),
                    name=SQL.identifier(name),
                )
            )
        self.env.cr.execute(
            SQL(
                """ALTER TABLE counterparty_sale_fact ADD COLUMN IF NOT EXISTS date_month date
                   GENERATED ALWAYS AS (date_trunc('month', date::timestamp)::date) STORED;
                   CREATE INDEX IF NOT EXISTS counterparty_sale_fact_odd_idx
                       ON counterparty_sale_fact (id) WHERE %s;
                   DROP STATISTICS IF EXISTS counterparty_sale_fact_month;
                   -- how many months a customer buys in: else the planner sorts, and does not hash
                   CREATE STATISTICS IF NOT EXISTS counterparty_sale_fact_months (ndistinct)
                       ON commercial_partner_id, date_month FROM counterparty_sale_fact""",
                self._sql_is_odd(),
            )
        )

    @api.model
    def _sql_is_odd(self):
        """Tell that an amount is not of whole hundredths, or too large to be counted in them."""
        return SQL(" OR ").join(
            SQL("%s IS NULL", SQL.identifier(column)) for column in CENTS.values()
        )

    @api.model
    def _has_odd(self):
        """Tell whether any amount is not of whole hundredths."""
        [[found]] = self.env.execute_query(
            SQL("SELECT EXISTS (SELECT FROM counterparty_sale_fact WHERE %s)", self._sql_is_odd())
        )
        return found

    # ------------------------------------------------------------
    # The host's documents
    # ------------------------------------------------------------

    @api.model
    def _post_moves(self, moves, again=None):
        """Write the facts of documents that were posted right now, all in one statement.

        Never a reason for a posting to fail: what cannot be written now is a difference that the
        nightly check finds and repairs.

        :param again: those that were posted before
        """
        sales = moves.filtered(lambda move: move.is_sale_document(include_receipts=True))
        if not sales:
            return
        # what the host cannot write is the host's error, and must not be rolled back with ours
        self._flush_sources()
        try:
            self._insert_live(sales, again)
        except Exception:  # noqa: BLE001 whatever it is, the document is posted
            if self.env.cr.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
                self.env.cr.execute(
                    "ROLLBACK TO SAVEPOINT counterparty_facts; RELEASE SAVEPOINT counterparty_facts"
                )
            _logger.exception(
                "sale facts of documents %s could not be written, the nightly check does it",
                sales.ids,
            )

    @api.model
    def _insert_live(self, sales, again):
        """Write facts so that an error takes back nothing else, in one or two round trips.

        A savepoint of the host would be two queries more.
        """
        self._fill_reversed(sales)
        # the answer of the last statement is that of all
        rows = self.env.execute_query(
            SQL(
                "%s; SELECT id, NULL::int FROM (%s) line%s",
                self._sql_protected(self._sql_written(sales, live=True, again=again)),
                self._sql_unwritten(sales),
                SQL(" UNION ALL %s", self._sql_followers(again, sales)) if again else SQL(),
            )
        )
        lines = [row[0] for row in rows if row[0]]
        if lines:
            self.env.cr.execute(self._sql_protected(self._sql_plain(sales, lines, live=True)))
        self.invalidate_model()
        if followers := {row[1] for row in rows if row[1]}:
            # also for whom does not see them
            self.sudo()._follow_again(sales.browse(followers))

    @api.model
    def _fill_reversed(self, sales):
        """Let what is taken back have its facts while the past is still being filled."""
        if self._get_fill_cursor():
            # the poster need not see the invoice
            origins = sales.line_ids.sudo().reversed_line_id.move_id - sales
            if origins:
                with self.env.cr.savepoint():
                    self._fill_ahead(origins)

    @api.model
    def _sql_protected(self, statements):
        return SQL(
            "SAVEPOINT counterparty_facts; %s; RELEASE SAVEPOINT counterparty_facts", statements
        )

    @api.model
    def _forget_moves(self, moves):
        """Remove all facts of documents that are posted no more, but keep what they cost."""
        if moves:
            rows = self._set_aside(
                SQL("move_id = ANY(%s)", moves.ids), [POSTING, COST], self._sql_beyond(moves)
            )
            corrected = {row[0] for row in rows if row[0]}
            if corrected:
                # a document posted again starts anew; its chatter keeps what was corrected
                corrections = self.env["counterparty.sale.correction"].browse(corrected)
                corrections._forget_lines(moves.line_ids)
            if beyond := {row[1] for row in rows if row[1]}:
                # what others credited, too, has something left: also for whom does not see them
                self.sudo()._judge_anew(beyond)

    @api.model
    def _set_aside(self, where, kinds, also=None):
        """Remove facts, but keep unit cost and shares of their lines; in one statement.

        :param where: a condition on facts
        :param kinds: of which facts the unit cost is kept
        :param also: another statement of two columns, which may read what is ``gone``
        :return: rows of the ids of corrections, whose rows went too; and those of ``also``
        """
        rows = self.env.execute_query(
            SQL(
                """WITH gone AS (DELETE FROM counterparty_sale_fact WHERE %s RETURNING *),
                        old AS (DELETE FROM counterparty_sale_fact_kept
                                 WHERE move_id IN (SELECT move_id FROM gone)),
                        kept AS (%s)
                   SELECT DISTINCT correction_id, NULL::int FROM gone%s""",
                where,
                self.env["counterparty.sale.fact.kept"]._sql_keep("gone", kinds),
                SQL(" UNION ALL %s", also) if also else SQL(),
            )
        )
        self.invalidate_model()
        return rows

    @api.model
    def _drop_moves(self, move_ids):
        """Remove all that is left of documents that are deleted."""
        if move_ids:
            self.env.cr.execute(
                "DELETE FROM counterparty_sale_fact WHERE move_id = ANY(%s)", [list(move_ids)]
            )
            self.invalidate_model()

    @api.model
    def _follow_partners(self, moves):
        """Move the facts of documents to the counterparty that the documents belong to now."""
        if moves.ids:
            moves.flush_recordset(["commercial_partner_id", "partner_id"])
            # what is kept of drafts follows them, too
            for model in (self, self.env["counterparty.sale.fact.kept"]):
                self.env.cr.execute(
                    SQL(
                        """UPDATE %s own SET commercial_partner_id = move.commercial_partner_id
                             FROM account_move move
                            WHERE move.id = own.move_id AND move.id = ANY(%s)
                              AND own.commercial_partner_id
                                  IS DISTINCT FROM move.commercial_partner_id""",
                        SQL.identifier(model._table),
                        moves.ids,
                    )
                )
            self.invalidate_model()

    # ------------------------------------------------------------
    # What facts name without a foreign key
    # ------------------------------------------------------------

    @api.model
    def _forget_reference(self, column, ids):
        """Let facts do without records that are gone.

        :param column: of the facts; a sale can do without what it names
        """
        if ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE counterparty_sale_fact SET %(column)s = NULL"
                    " WHERE %(column)s = ANY(%(ids)s)",
                    column=SQL.identifier(column),
                    ids=list(ids),
                )
            )
            self.invalidate_model([column])

    @api.model
    def _heal_references(self):
        """Let facts do without what the database has deleted behind the host's back."""
        for column in ("categ_id", "user_id", "team_id"):
            table = self.env[self._fields[column].comodel_name]._table
            rows = self.env.execute_query(
                SQL(
                    """SELECT named.id FROM (SELECT DISTINCT %(column)s AS id
                                               FROM counterparty_sale_fact) named
                        WHERE named.id IS NOT NULL
                          AND NOT EXISTS (SELECT FROM %(table)s r WHERE r.id = named.id)""",
                    column=SQL.identifier(column),
                    table=SQL.identifier(table),
                )
            )
            self._forget_reference(column, [row[0] for row in rows])

    @api.model
    def _counterparty_merge(self, source, target):
        """Give the sales of merged partners to the one that stays: no foreign key does it."""
        for column in ("commercial_partner_id", "partner_id"):
            self.env.cr.execute(
                SQL(
                    "UPDATE counterparty_sale_fact SET %(column)s = %(target)s"
                    " WHERE %(column)s = ANY(%(source)s)",
                    column=SQL.identifier(column),
                    target=target.id,
                    source=source.ids,
                )
            )
        self.env["counterparty.sale.fact.kept"]._follow_merge(source, target)
        self.invalidate_model(["commercial_partner_id", "partner_id"])
