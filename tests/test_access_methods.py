import inspect
from itertools import product
from unittest.mock import patch

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE, CounterpartyCase

OURS = f"odoo.addons.{MODULE}."
# what the host itself lets people call; our overrides end in its checks
HOST = {"copy", "copy_data", "create", "export_data", "onchange", "read", "unlink", "write"}
WRITING = ("INSERT", "UPDATE", "DELETE")
# what is named for parameters that must be given; a new one is added here
ARGUMENTS = {
    "domain": [],
    "fields_list": [],
    "groupby": ["id"],
    "key": "x",
    "parent_field": "parent_id",
    "partner_id": 1,
    "section": "x",
    "specification": {},
    "type_code": "customer",
}
# incoming mail: its own tests say what comes of it; the host closes the last to programs
MAIL = {"message_process", "message_route", "message_update", "search_fetch"}
# what everybody may be told
TOLD = {
    "get_counterparty_setup": "no steps for whoever sets nothing up",
    "get_import_templates": "names of files that everybody may load",
    "get_values": "switches of the settings page, as the host tells its own",
}
# what a stranger gets instead of an answer; a ValueError is a button that needs one record
REFUSED = (AccessError, MissingError, UserError, ValueError)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_portal")
class TestAccessMethods(CounterpartyCase):
    """Whoever has a login can call any public method by name: it has to ask for rights itself."""

    def _find_methods(self):
        """Yield model and name of the public methods of ours that need nothing but records."""
        for name, model in sorted(self.env.registry.items()):
            if name.endswith(".mixin"):
                continue  # nobody can name it: its methods are met in the models that take it up
            found = set()
            for base in model.__mro__:
                if base.__module__.startswith(OURS):
                    found |= {key for key, value in vars(base).items() if inspect.isfunction(value)}
            for key in sorted(found - HOST - MAIL):
                method = getattr(model, key)
                if not key.startswith("_") and not getattr(method, "_api_private", False):
                    yield name, key

    def _find_arguments(self, method):
        """Return what has to be given to a method; fails where nobody has said what."""
        parameters = list(inspect.signature(method).parameters.values())
        names = {
            each.name
            for each in parameters
            if each.default is each.empty
            and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        }
        # ours pass on what the host asks for
        names |= {"groupby"} if method.__name__ == "web_read_group" else set()
        return {name: ARGUMENTS[name] for name in names}

    def _find_records(self, model):
        """Return what a stranger would name: nothing, and a number, whether or not it is there."""
        records = self.env[model]
        if records._abstract:
            return [records]
        return [records, records.search([], limit=1) or records.browse(1)]

    def _call(self, records, name, user):
        """Call a method as somebody; return the statements that wrote, none if it was refused.

        What it answered stays in ``self.answer``.
        """
        records = records.with_user(user).with_context(tracking_disable=False)
        written, execute = [], Cursor.execute

        def note(cursor, query, *args, **kwargs):
            text = getattr(query, "code", query)
            text = text.decode() if isinstance(text, bytes) else str(text)
            if text.lstrip().upper().startswith(WRITING):
                written.append(" ".join(text.split())[:120])
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        self.answer = None
        method = getattr(records, name)
        try:
            with self.cr.savepoint(), patch.object(Cursor, "execute", note):
                self.answer = method(**self._find_arguments(method))
                self.env.flush_all()
        except REFUSED:
            return []
        finally:
            self.env.invalidate_all()
            self.env.registry.clear_cache()
        return written

    @mute_logger("odoo.sql_db", "odoo.models", "odoo.addons.base.models.ir_rule")
    def test_strangers_change_nothing(self):
        for model, name in self._find_methods():
            for user, records in product((self.portal, self.plain), self._find_records(model)):
                with self.subTest(method=f"{model}.{name}", user=user.login, ids=records.ids):
                    self.assertEqual(self._call(records, name, user), [])
                    if name.startswith(("get_", "read_")) and name not in TOLD:
                        self.assertFalse(self.answer)

    @mute_logger("odoo.sql_db", "odoo.models", "odoo.addons.base.models.ir_rule")
    def test_users_change_nothing_where_they_may_not_write(self):
        for model, name in self._find_methods():
            if not self.env[model].with_user(self.user).has_access("write"):
                for records in self._find_records(model):
                    with self.subTest(method=f"{model}.{name}", ids=records.ids):
                        self.assertEqual(self._call(records, name, self.user), [])

    def test_nobody_starts_our_jobs_but_administrators(self):
        """The host lets every login run an action that names no group."""
        rows = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "in", ("ir.cron", "ir.actions.server"))]
        )
        for row in rows:
            action = self.env[row.model].browse(row.res_id)
            action = action.ir_actions_server_id if row.model == "ir.cron" else action
            for user in (self.portal, self.plain):
                with (
                    self.subTest(action=row.name, user=user.login),
                    self.assertRaises(AccessError),
                ):
                    action.with_user(user).run()
        jobs = self.env["ir.cron"].browse(
            rows.filtered(lambda row: row.model == "ir.cron").mapped("res_id")
        )
        self.assertEqual(jobs.group_ids, self.env.ref("base.group_system"))

    def test_the_search_finds_what_there_is(self):
        found = set(self._find_methods())

        self.assertIn(("counterparty.derivation", "action_undo"), found)
        self.assertIn(("res.partner", "action_log_counterparty_interaction"), found)
        self.assertIn(("counterparty.facts", "get_facts"), found)
        self.assertGreater(len(found), 100)
