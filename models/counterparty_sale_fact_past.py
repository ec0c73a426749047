from odoo import api, models
from odoo.tools import SQL, split_every

from .counterparty_sale_fact_fill import FILL_CHUNK
from .counterparty_sale_fact_line import sql_ids


class CounterpartySaleFactPast(models.AbstractModel):
    """How facts that an earlier version filled learn what old credit notes take back."""

    _name = "counterparty.sale.fact.past"
    _description = "Sale Facts: credit notes of the past"

    @api.model
    def _amend_past_credits(self):
        """Bring old credit notes to what a filling would say now; a second call changes nothing.

        Those of open periods are written anew. Those of closed periods stay as they were
        reported: corrections bring the difference on the first open day.

        :return: how many lines changed
        """
        self._flush_sources()
        rows = self.env.execute_query(
            SQL(
                """SELECT m.id FROM account_move m
                    WHERE m.state = 'posted' AND m.move_type = 'out_refund'
                      AND m.reversed_entry_id IS NOT NULL
                      -- what was posted since we came has said whether the goods were kept
                      AND EXISTS (SELECT FROM account_move_line l
                                   WHERE l.move_id = m.id AND l.display_type = 'product'
                                     AND l.counterparty_goods_kept IS NULL)
                      -- the filling comes to the others
                      AND EXISTS (SELECT FROM counterparty_sale_fact f WHERE f.move_id = m.id)
                    ORDER BY m.id"""
            )
        )
        moves = self.env["account.move"].browse([row[0] for row in rows])
        return sum(
            self._amend_past_chunk(moves.browse(chunk))
            for chunk in split_every(FILL_CHUNK, moves.ids)
        )

    @api.model
    def _amend_past_chunk(self, moves):
        before = self._get_past_links(moves)
        self._link_past_reversals(moves)
        after = self._get_past_links(moves)
        changed = [line for line, link in after.items() if link != before[line]]
        lines = self.env["account.move.line"].browse(changed)
        locks = {company: company._get_counterparty_lock_date() for company in lines.company_id}
        closed = lines.filtered(lambda line: line.date <= locks[line.company_id])
        if closed:
            self._unlink_past_lines({line: before[line] for line in closed.ids})
            self._correct_past_lines(closed, after)
        if opened := (lines - closed).move_id:
            self._write_anew(opened)
        return len(lines)

    @api.model
    def _get_past_links(self, moves):
        """Return ``{line id: (line taken back, whether the goods were kept)}``."""
        rows = self.env.execute_query(
            SQL(
                """SELECT id, reversed_line_id, counterparty_goods_kept IS TRUE
                     FROM account_move_line
                    WHERE move_id = ANY(%s) AND display_type = 'product' ORDER BY id""",
                sql_ids(moves.ids),
            )
        )
        return {line: (origin, kept) for line, origin, kept in rows}

    @api.model
    def _unlink_past_lines(self, links):
        """Leave lines as they were: written anew, their closed period says the same again.

        :param links: line id -> what it took back so far, whether the goods were kept
        """
        self.env.cr.execute(
            SQL(
                """UPDATE account_move_line line
                      SET reversed_line_id = was.origin_id, counterparty_goods_kept = FALSE
                     FROM UNNEST(%s::int[], %s::int[]) was (line_id, origin_id)
                    WHERE line.id = was.line_id""",
                list(links),
                [origin for origin, _kept in links.values()],
            )
        )
        self.env["account.move.line"].invalidate_model(
            ["reversed_line_id", "counterparty_goods_kept"]
        )

    @api.model
    def _correct_past_lines(self, lines, links):
        """Add corrections that give lines the cost and campaign of what they take back.

        What nobody knows of the line taken back stays as it is.

        :param links: line id -> line taken back, whether the goods were kept
        """
        shares = self._get_past_shares([*lines.ids, *(links[line][0] for line in lines.ids)])
        for company, own in lines.grouped("company_id").items():
            costs, campaigns = {}, {}
            for line in own.ids:
                origin, kept = links[line]
                had, brought = shares.get(line, {}), shares.get(origin, {})
                quantity = sum(share[1] for share in brought.values())
                if not quantity or any(share[2] for share in brought.values()):
                    continue
                cost = sum(share[0] for share in brought.values())
                costs[line] = 0.0 if kept else float(cost / quantity)
                if len(brought) == 1 and had.keys() != brought.keys():
                    campaigns.setdefault(next(iter(brought)), []).append(line)
            values = {
                "reason": self.env._("Old credit note: as the invoice that it takes back"),
                "company_id": company.id,
                "lock_date": company._get_counterparty_lock_date(),
            }
            self._create_past_corrections(values, costs, campaigns)

    @api.model
    def _create_past_corrections(self, values, costs, campaigns):
        """Correct lines without a word on their documents: nobody has done anything to them."""
        made = []
        if costs:
            units = {str(line): cost for line, cost in costs.items()}
            made.append({"kind": "cost", "unit_costs": units, "line_ids": list(costs)})
        names = ("campaign_id", "medium_id", "source_id")
        for share, line_ids in campaigns.items():
            named = dict(zip(names, share, strict=True))
            made.append({"kind": "campaign", "line_ids": line_ids, **named})
        # whoever upgrades the database need not see what is corrected
        Correction = self.env["counterparty.sale.correction"].sudo()
        for correction in Correction.create([{**values, **own} for own in made]):
            correction._apply()

    @api.model
    def _get_past_shares(self, line_ids):
        """Return ``{line id: {(campaign, medium, source): (cost, quantity, unsure)}}``."""
        rows = self.env.execute_query(
            SQL(
                """SELECT f.line_id, f.campaign_id, f.medium_id, f.source_id, SUM(f.cost),
                          SUM(f.quantity)::numeric,
                          COALESCE(SUM(f.unknown), 0) <> 0 OR COALESCE(SUM(f.advance), 0) <> 0
                     FROM account_move_line l
                     JOIN counterparty_sale_fact f ON f.move_id = l.move_id AND f.line_id = l.id
                    WHERE l.id = ANY(%s)
                    GROUP BY f.line_id, f.campaign_id, f.medium_id, f.source_id
                   HAVING SUM(f.revenue) <> 0 OR SUM(f.quantity) <> 0""",
                sql_ids(line_ids),
            )
        )
        shares = {}
        for line, campaign, medium, source, *amounts in rows:
            shares.setdefault(line, {})[campaign, medium, source] = tuple(amounts)
        return shares
