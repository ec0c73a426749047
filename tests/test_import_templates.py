import csv

from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..tools.import_templates import LANGUAGES, template_path
from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestImportTemplates(CounterpartyCase):
    def _load(self, model, path, user=None):
        with file_open(path.lstrip("/"), "r") as file:
            header, *rows = csv.reader(file)
        Model = self.env[model].with_user(user or self.env.user)
        return Model.with_context(import_file=True).load(header, rows)

    def test_templates_of_all_languages_import(self):
        for language in LANGUAGES:
            with self.subTest(language=language), self.env.cr.savepoint() as savepoint:
                partners = self._load("res.partner", template_path("counterparties", language))
                documents = self._load(
                    "counterparty.document", template_path("documents", language)
                )

                self.assertFalse(partners["messages"])
                self.assertFalse(documents["messages"])
                imported = self.env["res.partner"].browse(partners["ids"])
                self.assertEqual(len(imported[1].counterparty_role_ids), 2)
                self.assertEqual(set(imported.counterparty_role_ids.mapped("source")), {"import"})
                self.assertEqual(len(documents["ids"]), 4)
                savepoint.rollback()

    def test_users_get_the_template_of_their_language(self):
        self.assertEqual(
            template_path("documents", "bg_BG"),
            "/counterparty_crm/static/import/documents_bg.csv",
        )
        for lang in ("de_DE", None):
            self.assertTrue(template_path("documents", lang).endswith("documents_en.csv"))
        templates = self.env["res.partner"].get_import_templates()
        self.assertGreater(len(templates), 1)
        self.assertTrue(self.env["counterparty.document"].get_import_templates())
