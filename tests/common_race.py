import threading

from psycopg2.errors import SerializationFailure

from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name
from odoo.tools import mute_logger

PATIENCE = 30  # seconds until a transaction that waits must have come to its end


class RaceCase(BaseCase):
    """People who do the same at the same instant, each in a transaction of their own.

    What such a test writes is really written: it takes its world away when it ends.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def _come_second(self, first, second, act):
        """Let somebody act who has to wait for the lock of the first, who then commits.

        :param first: cursor that holds the lock
        :param second: cursor in which `act` works; it is rolled back
        :return: how often the second has to start again, as the host lets it
        """
        failures = []

        def come_second():
            try:
                act()
            except SerializationFailure as failure:
                failures.append(failure)

        waiter = threading.Thread(target=come_second)
        with mute_logger("odoo.sql_db"):
            waiter.start()
            waiter.join(timeout=1)
            self.assertTrue(waiter.is_alive(), "nothing kept the second from going on")
            first.commit()
            waiter.join(timeout=PATIENCE)
        second.rollback()
        return len(failures)
