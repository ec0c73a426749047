import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.orm.registry import DummyRLock
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_race import RaceCase

MAIL = (
    "From: Race <race@northwind.example>\r\nTo: {to}\r\nSubject: Race\r\n"
    "Message-ID: <{number}@race.example>\r\n\r\nHello {number}"
)
LOGGERS = (
    "odoo.sql_db",
    "odoo.addons.counterparty_crm.models.counterparty_inbox",
    "odoo.addons.mail.models.mail_thread",
)


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyInboxRace(RaceCase):
    """Mails through transactions of their own, as the processes of a server have them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            domain = env["mail.alias.domain"].create({"name": "race.ours.example"})
            team = env["counterparty.request.team"].create({"name": "Race"})
            team._switch_on_mailbox("race", domain)
            cls.domain_id, cls.team_id = domain.id, team.id
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            team = env["counterparty.request.team"].browse(cls.team_id)
            env["counterparty.inbox"].search([("team_id", "=", team.id)]).unlink()
            env["counterparty.request"].search([("team_id", "=", team.id)]).unlink()
            team.unlink()
            team._switch_job()
            domain = env["mail.alias.domain"].browse(cls.domain_id)
            # the first domain becomes that of whatever has none
            domain.company_ids.alias_domain_id = False
            env["mail.alias"].search([("alias_domain_id", "=", domain.id)]).alias_domain_id = False
            domain.unlink()

    _count = 0

    def _mail(self):
        type(self)._count += 1
        return MAIL.format(to="race@race.ours.example", number=self._count).encode()

    def _process(self, raw, finish="commit"):
        with mute_logger(*LOGGERS), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["mail.thread"].message_process(None, raw)
            getattr(cr, finish)()

    def _process_together(self, mails):
        start = threading.Barrier(len(mails))

        def process(raw):
            start.wait(timeout=20)
            self._process(raw)

        threads = [threading.Thread(target=process, args=(raw,)) for raw in mails]
        # this thread holds the lock of the registry while it runs tests
        with patch.object(Registry, "_lock", DummyRLock()), mute_logger(*LOGGERS):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)

    def _found(self, raw):
        """Return the states of the rows of a mail, and how many requests it became."""
        number = raw.decode().rpartition(" ")[2]
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            mails = env["counterparty.inbox"].search([("key", "=", f"<{number}@race.example>")])
            messages = env["mail.message"].search([("message_id", "=", f"<{number}@race.example>")])
            return mails.mapped("state"), len(messages)

    def test_the_same_bytes_through_two_transactions_are_one_request(self):
        raw = self._mail()

        self._process_together([raw] * 4)

        self.assertEqual(self._found(raw), (["done"], 1))

    def test_a_gateway_that_rolls_back_loses_nothing(self):
        raw = self._mail()

        self._process(raw, finish="rollback")

        self.assertEqual(self._found(raw), (["done"], 1))

    def test_an_exception_loses_nothing(self):
        raw = self._mail()
        Request = self.registry["counterparty.request"]
        with patch.object(Request, "message_post", side_effect=KeyError("x"), autospec=True):
            self._process(raw)
        self.assertEqual(self._found(raw), (["todo"], 0))

        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            mail = env["counterparty.inbox"].search([("state", "=", "todo")])
            mail.next_at = "2020-01-01 00:00:00"
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["counterparty.inbox"]._cron_process()

        self.assertEqual(self._found(raw), (["done"], 1))

    def test_a_mail_that_another_job_has_is_left_to_it(self):
        raw = self._mail()
        with patch.object(
            self.registry["counterparty.inbox"], "_process_ids", return_value=False, autospec=True
        ):
            self._process(raw)
        with self.registry.cursor() as first:
            env = api.Environment(first, SUPERUSER_ID, {})
            mail = env["counterparty.inbox"].search([("state", "=", "todo")])
            mail.try_lock_for_update()

            with self.registry.cursor() as second:
                api.Environment(second, SUPERUSER_ID, {})["counterparty.inbox"]._cron_process()
            self.assertEqual(self._found(raw), (["todo"], 0))

        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["counterparty.inbox"]._cron_process()
        self.assertEqual(self._found(raw), (["done"], 1))

    def test_a_conflict_is_repeated_until_it_passes(self):
        """Two answers to one request at the same instant both arrive."""
        self._process(self._mail())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            request = env["counterparty.request"].search([("team_id", "=", self.team_id)], limit=1)
            number = request.number
        answers = [
            self._mail().replace(b"Subject: Race", f"Subject: [{number}]".encode())
            for _number in range(3)
        ]

        self._process_together(answers)

        for raw in answers:
            self.assertEqual(self._found(raw), (["done"], 1))
