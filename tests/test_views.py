from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import MODULE, CounterpartyCase

# the client gives the focus to the first of these
FOCUSABLE = {"char", "text", "html", "many2one", "date", "datetime", "float", "monetary", "integer"}
# dialogs that ask for a day and nothing before it: there the calendar is what one came for
ASK_A_DAY = {"counterparty.holding.day", "counterparty.membership.change"}


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestViews(CounterpartyCase):
    """Every screen of ours opens for those who reach it by the menu."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._user(
            "adam", "base.group_system", "group_manager", "mass_mailing.group_mass_mailing_user"
        )

    def _records(self, model):
        data = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", model)])
        return self.env[model].browse(data.mapped("res_id"))

    def _menus(self, user):
        visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        menus = self._records("ir.ui.menu").filtered(lambda menu: menu.id in visible)
        return menus.filtered("action")

    def _open(self, action, user):
        """Open an action as the web client does: views, defaults or a first page."""
        context = safe_eval(action.context or "{}", {"uid": user.id, "active_id": False})
        Model = self.env[action.res_model].with_user(user).with_context(**context)
        options = {"action_id": action.id, "toolbar": True, "load_filters": True}
        views = [*action.views, (action.search_view_id.id, "search")]
        result = Model.get_views([list(view) for view in views], options)
        if action.views[0][1] == "form":
            return Model.create({}) if Model._transient else Model
        domain = safe_eval(action.domain or "[]", {"uid": user.id})
        names = [name for name in result["models"][Model._name]["fields"] if name in ("id", "name")]
        return Model.web_search_read(domain, {name: {} for name in names}, limit=5)

    def test_every_menu_opens_for_those_who_see_it(self):
        counts = {}
        for user in (self.user, self.officer, self.manager, self.admin):
            menus = self._menus(user)
            counts[user.login] = len(menus)
            for menu in menus:
                with self.subTest(user=user.login, menu=menu.complete_name):
                    self._open(menu.action, user)

        self.assertGreater(counts["una"], 5)
        self.assertLess(counts["una"], counts["mona"])
        self.assertLess(counts["mona"], counts["adam"])

    def test_every_filter_and_group_works(self):
        # those that only extend a view of the host are tested with their models
        views = self._records("ir.ui.view").filtered(
            lambda view: view.type == "search" and view.mode == "primary"
        )
        accountant = self._user("abby", "group_user", "account.group_account_invoice")
        for view in views:
            Model = self.env[view.model].with_user(self.user)
            if not Model.has_access("read"):
                Model = Model.with_user(accountant)
            if not Model.has_access("read"):
                continue
            arch, _view = Model._get_view(view.id, "search")
            for node in arch.iter("filter"):
                if not Model.env.user.has_groups(node.get("groups") or "base.group_user"):
                    continue
                with self.subTest(view=view.name, filter=node.get("name")):
                    domain = safe_eval(node.get("domain") or "[]", {"uid": self.user.id})
                    context = safe_eval(node.get("context") or "{}", {"uid": self.user.id})
                    Model.search_count(domain)
                    group = Model._fields.get((context.get("group_by") or "").partition(":")[0])
                    # the client offers the single properties behind such a group
                    if group and group.type != "properties":
                        Model.formatted_read_group([], [context["group_by"]], ["__count"])

    def test_lists_start_with_a_word_of_help(self):
        for action in self._records("ir.actions.act_window"):
            if action.target == "new" or action.view_mode in ("form", "kanban"):
                continue
            with self.subTest(action=action.name, path=action.path):
                self.assertIn("o_view_nocontent_smiling_face", action.help or "")

    def test_addresses_of_screens_are_ours_and_unique(self):
        paths = [path for path in self._records("ir.actions.act_window").mapped("path") if path]

        self.assertEqual(len(paths), len(set(paths)))
        self.assertTrue(all(path.startswith("counterpart") for path in paths), paths)

    def test_default_types_of_lists_exist(self):
        codes = set(self.env["counterparty.type"].search([]).mapped("code"))
        for action in self._records("ir.actions.act_window"):
            context = safe_eval(
                action.context or "{}", {"active_id": 0, "active_ids": [], "uid": 0}
            )
            code = context.get("counterparty_default_type")
            with self.subTest(action=action.name):
                self.assertIn(code, codes | {None})

    def test_no_dialog_opens_behind_a_calendar(self):
        # a day with the focus opens its calendar, over what the dialog has to say
        dialogs = self._records("ir.ui.view").filtered(
            lambda view: (
                view.type == "form"
                and self.env[view.model]._transient
                and self.env[view.model].with_user(self.admin).has_access("read")
            )
        )
        self.assertGreater(len(dialogs), 20)
        for view in dialogs.filtered(lambda view: view.model not in ASK_A_DAY):
            with self.subTest(model=view.model):
                field = self._first_focus(self.env[view.model].with_user(self.admin), view)
                self.assertFalse(field and field.type in ("date", "datetime"), field)

    def _first_focus(self, model, view):
        """Return the field that gets the focus when a dialog opens, if any."""
        arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
        taker = arch.xpath("//*[@tabindex='0'] | //field[not(ancestor::field)]")[:1]
        if arch.get("disable_autofocus") and taker and taker[0].tag != "field":
            return None
        nodes = arch.xpath("//field[not(ancestor::field)]")
        for node in sorted(nodes, key=lambda node: not node.get("default_focus")):
            field = model._fields[node.get("name")]
            hidden = node.get("invisible") in ("1", "True")
            readonly = node.get("readonly", str(field.readonly)) in ("1", "True")
            if field.type in FOCUSABLE and not (hidden or readonly or node.get("widget")):
                return field
        return None
