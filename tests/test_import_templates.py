from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..tools.import_templates import LANGUAGES, template_path
from .common import CounterpartyCase

LOCALES = {"en": "en_US", "ro": "ro_RO", "bg": "bg_BG", "es": "es_ES"}
OPTIONS = {"quoting": '"', "separator": ",", "has_headers": True}


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestImportTemplates(CounterpartyCase):
    """Each template is imported as its user does it, in the user's language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for locale in LOCALES.values():
            cls.env["res.lang"]._activate_lang(locale)
        cls.env["ir.module.module"]._load_module_terms(["counterparty_crm"], [*LOCALES.values()])
        cls.clerk = cls._user("cleo", "group_officer", "base.group_partner_manager")

    def _import(self, model, name, language):
        """Upload a template and import it with the columns that the host proposes."""
        with file_open(template_path(name, language).lstrip("/"), "rb") as file:
            content = file.read()
        Import = self.env["base_import.import"].with_user(self.clerk)
        wizard = Import.with_context(lang=LOCALES[language]).create(
            {"res_model": model, "file": content, "file_type": "text/csv"}
        )
        preview = wizard.parse_preview(dict(OPTIONS))
        headings = preview["headers"]
        columns = ["/".join(preview["matches"].get(i, [""])) for i in range(len(headings))]
        self.assertNotIn("", columns, dict(zip(headings, columns, strict=True)))
        result = wizard.execute_import(columns, headings, dict(preview["options"]))
        self.assertFalse(result["messages"])
        return self.env[model].browse(result["ids"])

    def test_templates_of_all_languages_import(self):
        for language in LANGUAGES:
            with self.subTest(language=language):
                partners = self._import("res.partner", "counterparties", language)
                documents = self._import("counterparty.document", "documents", language)

                kinds = [
                    sorted(partner.counterparty_role_ids.mapped("type_id.code"))
                    for partner in partners
                ]
                self.assertEqual(kinds, [["customer"], ["customer", "supplier"], ["bank"]])
                self.assertEqual(set(partners.counterparty_role_ids.mapped("source")), {"import"})
                self.assertEqual(set(partners.mapped("is_company")), {True})
                self.assertEqual(len(partners.country_id), 1)
                usages = documents.mapped("usage")
                self.assertEqual(usages, ["contract", "rental", "card", "plain"])
                self.assertEqual(documents[1].rental_rate, 850)
                self.assertEqual(documents[1].rental_unit, "month")
                self.assertEqual(documents.partner_id, partners[:2])
                documents.unlink()

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
