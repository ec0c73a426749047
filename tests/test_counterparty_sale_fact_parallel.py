import threading
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.orm.registry import DummyRLock
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.counterparty_role_merge import REPLACED
from .common_race import RaceCase

TOGETHER = 8


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactParallel(RaceCase):
    """Eight people post at the same instant, each in a transaction of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            cls._set_up_world(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _set_up_world(cls, env):
        company = env.ref("base.main_company")
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        accounts = env["account.account"]
        cls.account = accounts.create(
            {"name": "Race sales", "code": "RACE1", "account_type": "income"}
        )
        receivable = accounts.create(
            {
                "name": "Race customers",
                "code": "RACE2",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        journal = env["account.journal"].create(
            {
                "name": "Race",
                "code": "RACE",
                "type": "sale",
                "default_account_id": cls.account.id,
            }
        )
        partner = env["res.partner"].create(
            {
                "name": "Race customer",
                "is_company": True,
                "property_account_receivable_id": receivable.id,
            }
        )
        product = env["product.product"].create(
            {"name": "Race goods", "type": "consu", "standard_price": 4}
        )
        line = {
            "product_id": product.id,
            "quantity": 3,
            "price_unit": 10,
            "account_id": cls.account.id,
            "tax_ids": [Command.clear()],
        }
        cls.invoice_values = {
            "move_type": "out_invoice",
            "journal_id": journal.id,
            "partner_id": partner.id,
            "invoice_date": "2026-03-10",
            "invoice_line_ids": [Command.create(line), Command.create(line)],
        }
        moves = env["account.move"].create([cls.invoice_values] * TOGETHER)
        cls.move_ids = moves.ids
        cls.ids = {
            "account.move": list(moves.ids),
            "utm.campaign": [],
            "account.journal": journal.ids,
            "product.template": product.product_tmpl_id.ids,
            "res.partner": partner.ids,
            "account.account": (cls.account | receivable).ids,
        }

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"force_delete": True})
            moves = env["account.move"].browse(cls.ids["account.move"])
            moves.filtered(lambda move: move.state == "posted").button_draft()
            env["counterparty.sale.correction"].search([("reason", "=", "Race")]).unlink()
            for model, ids in cls.ids.items():
                records = env[model].browse(ids)
                if model == "res.partner":
                    # a role with business is ended elsewhere; here the world goes with it
                    roles = records.counterparty_role_ids.with_context(**{REPLACED: True})
                    roles.unlink()
                records.unlink()

    def _act(self, move_ids, act, gate, errors):
        try:
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                moves = env["account.move"].browse(move_ids)
                # what others commit from now on is not seen
                cr.execute("SELECT 1")
                gate.wait(timeout=30)
                # the host repeats a request that met another one
                retrying(partial(act, moves), env)
        except Exception as error:  # noqa: BLE001 - whatever happens in a thread is told at its end
            errors.append(error)

    def _act_together(self, tasks):
        """Do something to documents at the same instant; assert that each ends well.

        :param tasks: pairs of ids and what is done to these documents
        """
        gate, errors = threading.Barrier(len(tasks)), []
        threads = [
            threading.Thread(target=partial(self._act, move_ids, act, gate, errors))
            for move_ids, act in tasks
        ]

        # this thread holds the lock of the registry while it runs tests
        quiet = mute_logger("odoo.sql_db", "odoo.service.model")
        with patch.object(Registry, "_lock", DummyRLock()), quiet:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        self.assertEqual(errors, [])

    def _post_together(self, move_ids):
        """Post documents at the same instant; assert that each posting ends well."""
        self._act_together([([move], lambda moves: moves.action_post()) for move in move_ids])

    def test_each_of_eight_postings_leaves_its_facts(self):
        self._post_together(self.move_ids)

        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            moves = env["account.move"].browse(self.move_ids)
            self.assertEqual(set(moves.mapped("state")), {"posted"})
            self.assertEqual(len(set(moves.mapped("name"))), TOGETHER)
            Fact = env["counterparty.sale.fact"]
            facts = Fact.search([("move_id", "in", moves.ids)])
            self.assertEqual(len(facts), 2 * TOGETHER)
            self.assertEqual(
                (sum(facts.mapped("revenue")), sum(facts.mapped("cost"))),
                (60 * TOGETHER, 24 * TOGETHER),
            )
            found = Fact._find_differences(env.ref("base.main_company"))
            self.assertFalse(found.keys() & set(moves.ids))

    def test_two_credits_of_one_invoice_take_back_no_more_than_it_brought(self):
        for is_named in (True, False):
            with self.subTest(is_named=is_named):
                self._check_two_credits(is_named)

    def _check_two_credits(self, is_named):
        invoice, credits = self._prepare_credits(is_named)

        self._post_together(credits)

        if not is_named:
            self._assert_first_took_all(invoice, credits)
            return
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            lines = env["account.move"].browse(credits).invoice_line_ids
            self.assertEqual(set(lines.reversed_line_id.move_id.ids), {invoice})
            facts = env["counterparty.sale.fact"].search([("move_id", "in", credits)])
            beyond = facts.filtered(lambda fact: fact.campaign_basis == "excess")
            for some in (facts - beyond, beyond):
                self.assertEqual(sum(some.mapped("revenue")), -60)
            self.assertEqual(sum((facts - beyond).mapped("cost")), -24)
            self.assertEqual(sum(beyond.mapped("cost")), 0)

    def _assert_first_took_all(self, invoice, credits):
        """Assert that of credits that name nothing, the second found nothing left of the sale."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            lines = env["account.move"].browse(credits).invoice_line_ids
            taken = lines.filtered(lambda line: line.reversed_line_id.move_id.id == invoice)
            self.assertEqual(len(taken), 2)
            self.assertEqual(len(taken.reversed_line_id), 2)
            found = env["counterparty.sale.fact"]._find_differences()
            self.assertFalse(found.keys() & {invoice, *credits})

    def test_two_corrections_of_one_sale_count_one_after_the_other(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            invoice = env["account.move"].create(self.invoice_values)
            invoice.action_post()
            campaigns = env["utm.campaign"].create([{"title": "Race one"}, {"title": "Race two"}])
            self.ids["account.move"].extend(invoice.ids)
            self.ids["utm.campaign"].extend(campaigns.ids)
            moves, campaign_ids = invoice.ids, campaigns.ids

        def correct(move, campaign_id):
            campaign = move.env["utm.campaign"].browse(campaign_id)
            nobody = move.env["utm.medium"], move.env["utm.source"]
            move.env["counterparty.sale.correction"]._correct_campaign(
                move.invoice_line_ids, campaign, *nobody, "Race"
            )

        acts = [partial(correct, campaign_id=campaign) for campaign in campaign_ids]
        self._act_together([(moves, act) for act in acts])

        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            facts = env["counterparty.sale.fact"].search([("move_id", "in", moves)])
            earned = {}
            for fact in facts:
                earned[fact.campaign_id.id] = earned.get(fact.campaign_id.id, 0) + fact.revenue
            self.assertEqual(sorted(earned.values()), [0, 0, 60])

    def test_two_jobs_post_at_the_same_instant_what_has_no_cost(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            free = env["product.product"].create({"name": "Race unknown", "type": "consu"})
            self.ids["product.template"].extend(free.product_tmpl_id.ids)
            values = [
                {**command[2], "product_id": free.id}
                for command in self.invoice_values["invoice_line_ids"]
            ]
            drafts = env["account.move"].create(
                [
                    {
                        **self.invoice_values,
                        "invoice_line_ids": [Command.create(line) for line in values],
                        "date": "2026-03-10",
                        "auto_post": "at_date",
                    }
                ]
                * 3
            )
            self.ids["account.move"].extend(drafts.ids)
            ids = drafts.ids

        self._act_together([(ids, lambda moves: moves._autopost_draft_entries())] * 2)

        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            drafts = env["account.move"].browse(ids)
            self.assertEqual(set(drafts.mapped("state")), {"posted"})
            facts = env["counterparty.sale.fact"].search([("move_id", "in", ids)])
            self.assertEqual(len(facts), 6)
            self.assertEqual(set(facts.mapped("cost_basis")), {"missing"})
            self.assertEqual((sum(facts.mapped("profit")), sum(facts.mapped("unknown"))), (0, 180))
            self.assertFalse(env["counterparty.sale.fact"]._find_differences().keys() & set(ids))

    def _prepare_credits(self, is_named):
        """Post an invoice; return its id and those of two drafts that credit all of it by hand.

        :param is_named: whether they say which invoice they credit
        """
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            invoice = env["account.move"].create(self.invoice_values)
            invoice.action_post()
            refund = {
                **self.invoice_values,
                "move_type": "out_refund",
                "reversed_entry_id": is_named and invoice.id,
            }
            credits = env["account.move"].create([refund] * 2)
            # taken away with the world
            self.ids["account.move"].extend((invoice | credits).ids)
            return invoice.id, credits.ids
