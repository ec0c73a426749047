from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import statement_accounts as rules

SECTION_LABELS = [
    (rules.RECEIVABLE, "Customer receivables"),
    (rules.BILLS_RECEIVABLE, "Bills and notes receivable"),
    (rules.DOUBTFUL, "Doubtful customers"),
    (rules.ADVANCE_RECEIVED, "Advances from customers"),
    (rules.PAYABLE, "Supplier payables"),
    (rules.BILLS_PAYABLE, "Bills and notes payable"),
    (rules.ADVANCE_PAID, "Advances to suppliers"),
    (rules.EMPLOYEE, "Employees"),
]
SHOWN = 8
ACCOUNT_TYPES = [("asset_receivable", "All receivable"), ("liability_payable", "All payable")]


class CounterpartyStatementAccount(models.Model):
    """A rule of one company: these accounts stand in that section of its statements.

    A rule names the beginning of account codes, so that accounts added later follow it, too. The
    longest beginning decides.
    """

    _name = "counterparty.statement.account"
    _description = "Accounts in Statements"
    _order = "company_id, sequence, code_prefix, id"
    _rec_name = "section"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )
    sequence = fields.Integer(default=10)
    section = fields.Selection(
        [*SECTION_LABELS, (rules.EXCLUDED, "Not in statements")],
        required=True,
        help="Each section has its own opening, lines and closing in statements, and its own "
        "amount in balance confirmations.",
    )
    account_type = fields.Selection(
        ACCOUNT_TYPES,
        "Accounts by Type",
        help="Every account of this type, unless its code says otherwise.",
    )
    code_prefix = fields.Char(
        "Code Starts with",
        help="An account, or the beginning of the codes of several: 419 takes 4191 and 4192, too.",
    )
    account_names = fields.Char(
        "Accounts Today",
        compute="_compute_account_names",
        help="What the rule takes in the chart of accounts of the company.",
    )

    _one_way = models.Constraint(
        "CHECK ((account_type IS NULL) <> (COALESCE(code_prefix, '') = ''))",
        "A rule names accounts either by their type or by the beginning of their code.",
    )
    _uniq = models.UniqueIndex(
        "(company_id, COALESCE(code_prefix, ''), COALESCE(account_type, ''))",
        "There is already a rule for these accounts.",
    )

    @api.depends("section", "account_type", "code_prefix", "company_id")
    def _compute_account_names(self):
        for company, shown in self.grouped("company_id").items():
            stored = self.search([("company_id", "=", company.id)])
            ordered = (stored | shown).sorted(lambda rule: -len(rule.code_prefix or ""))
            found = [(rule._origin.id, rule._to_rule()) for rule in ordered]
            taken = {}
            for account in self._get_candidates(company):
                rule_id = next((key for key, rule in found if rules.takes(rule, account)), None)
                taken.setdefault(rule_id, []).append(account.code)
            for rule in shown:
                codes = sorted(taken.get(rule._origin.id, []))
                more = "" if len(codes) <= SHOWN else f" + {len(codes) - SHOWN}"
                rule.account_names = ", ".join(codes[:SHOWN]) + more

    @api.constrains("code_prefix")
    def _check_code_prefix(self):
        for rule in self.filtered("code_prefix"):
            if not rule.code_prefix.isalnum():
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is no beginning of an account code: use digits and letters.",
                        code=rule.code_prefix,
                    )
                )

    def action_take_preset(self):
        """Replace the rules of the user's company by those of its chart of accounts."""
        company = self.env.company.root_id
        self.search([("company_id", "=", company.id)]).unlink()
        self._fill(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # ------------------------------------------------------------
    # Preset
    # ------------------------------------------------------------

    @api.model
    def _fill_at_install(self):
        """Give every company that has a chart of accounts the rules for it."""
        companies = self.env["res.company"].search([("parent_id", "=", False)])
        self._fill(companies.filtered("chart_template"))

    @api.model
    def _fill(self, companies):
        """Create the rules of the chart of accounts of companies that have none yet."""
        # also of companies in which the user is not just now
        having = self.sudo().search([("company_id", "in", companies.ids)]).company_id
        self.create(
            [
                {
                    "company_id": company.id,
                    "section": rule.section,
                    "account_type": rule.account_type or False,
                    "code_prefix": rule.prefix or False,
                    "sequence": 10 * number,
                }
                for company in companies - having
                for number, rule in enumerate(rules.preset(company.chart_template), 1)
            ]
        )

    # ------------------------------------------------------------
    # Which accounts
    # ------------------------------------------------------------

    def _to_rule(self):
        self.ensure_one()
        return rules.Rule(self.section, self.account_type or "", self.code_prefix or "")

    @api.model
    def _get_sections(self, company):
        """Return the section of each account that counts in the statements of a company.

        :return: ``{account id: section}``, and the ids of those whose items nobody settles
        """
        company = company.root_id
        own = self.search([("company_id", "=", company.id)])
        found = [rule._to_rule() for rule in own] or rules.preset(company.chart_template)
        sections = rules.assign(self._get_candidates(company, found), found)
        accounts = self.env["account.account"].with_context(active_test=False)
        loose = accounts.search([("id", "in", list(sections)), ("reconcile", "=", False)])
        return sections, set(loose.ids)

    @api.model
    def _get_candidates(self, company, found=None):
        """Return accounts of a company that any rule could take, archived ones, too."""
        root = company.root_id
        prefixes = [rule.prefix for rule in found or () if rule.prefix]
        self.env["account.account"].flush_model(["account_type", "code_store", "reconcile"])
        code = SQL("code_store->>%s", str(root.id))
        wanted = SQL("account_type IN ('asset_receivable', 'liability_payable')")
        if found is None:
            wanted = SQL("TRUE")
        elif prefixes:
            likes = [f"{prefix}%" for prefix in prefixes]
            wanted = SQL("(%s OR %s LIKE ANY(%s))", wanted, code, likes)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s, account_type FROM account_account WHERE %s IS NOT NULL AND %s",
                code,
                code,
                wanted,
            )
        )
        return [rules.Account(*row) for row in rows]
