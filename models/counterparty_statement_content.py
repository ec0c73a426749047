import base64
import json

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools import sheets, statement
from ..tools import statement_accounts as rules
from ..tools.day_input import YEARS, read_day

STATEMENT, CONFIRMATION = "statement", "confirmation"
SEQUENCE = "counterparty_crm.sequence_statement"


class CounterpartyStatementContent(models.AbstractModel):
    """What a statement says: written once, kept as it is, shown the same everywhere."""

    _name = "counterparty.statement.content.mixin"
    _description = "Frozen Content of a Statement"

    content = fields.Binary(readonly=True, copy=False, attachment=True)
    fingerprint = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Hash of everything the statement says. Whoever has a paper with it has this one.",
    )
    is_intact = fields.Boolean(
        "Unchanged",
        compute="_compute_is_intact",
        help="What is kept still has the fingerprint with which it was issued.",
    )

    @api.depends("content", "fingerprint")
    def _compute_is_intact(self):
        for record in self:
            raw = record._get_raw_content()
            record.is_intact = bool(raw) and statement.fingerprint(raw) == record.fingerprint

    # ------------------------------------------------------------
    # Issue
    # ------------------------------------------------------------

    @api.model
    def _issue(self, partners, company, **terms):
        """Freeze statements of partners and return them.

        The caller has checked that the reader may see the figures of these partners.

        :param partners: commercial partners
        :param terms: ``kind``, ``date_from``, ``date_to``, ``side``, ``amounts``, ``sections``,
            ``currency`` (id), ``minimum``, ``with_zero``, ``values`` (of the records)
        """
        company = company.root_id
        found = self._get_figures(partners, company, terms)
        kept = [
            partner
            for partner in partners
            if statement.is_worth_sending(
                [ledger.closing for ledger in found[partner.id]["ledgers"]],
                terms.get("minimum") or 0.0,
                terms.get("with_zero", True),
            )
        ]
        numbers = self._draw_numbers(len(kept))
        vals_list = []
        for partner, number in zip(kept, numbers, strict=True):
            content = self._prepare_content(partner, company, number, terms, found[partner.id])
            vals_list.append(self._prepare_issue_vals(partner, company, number, terms, content))
        self.check_access("create")
        # made from the books by this alone, whoever may issue
        return self.sudo().create(vals_list).sudo(self.env.su)

    @api.model
    def _get_figures(self, partners, company, terms):
        """Return ledgers and open items of each partner by its id."""
        source = self.env["counterparty.statement.source"]
        options = {name: terms.get(name) for name in ("sections", "currency", "amounts", "periods")}
        options["side"] = terms.get("side") or rules.ALL_SIDES
        end = terms["date_to"]
        opened = source._get_open_items(partners, company, end, **options)
        if terms["kind"] == STATEMENT:
            ledgers = {
                partner.id: source._get_ledgers(
                    partner, company, terms["date_from"], end, **options
                )
                for partner in partners
            }
        else:
            scope = source._prepare_scope(partners, company, options)
            after = fields.Date.add(end, days=1)
            openings = source._get_openings(scope, after, options)
            digits = source._get_digits()
            ledgers = {
                partner.id: statement.ledgers(openings.get(partner.id, {}), [], digits)
                for partner in partners
            }
        return {
            partner.id: {"ledgers": ledgers[partner.id], "open": opened.get(partner.id, [])}
            for partner in partners
        }

    @api.model
    def _draw_numbers(self, count):
        """Return the next numbers, drawn in one statement; gaps may be, repeats never."""
        if not count:
            return []
        # whoever issues a statement uses up a number
        sequence = self.env.ref(SEQUENCE).sudo()
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in rows]

    @api.model
    def _prepare_issue_vals(self, partner, company, number, terms, content):
        raw = statement.canonical(content)
        return {
            "name": number,
            "kind": terms["kind"],
            "company_id": company.id,
            "partner_id": partner.id,
            "recipient_id": partner.address_get(["invoice"])["invoice"],
            "date_from": terms["date_from"] if terms["kind"] == STATEMENT else False,
            "date_to": terms["date_to"],
            "side": terms.get("side") or rules.ALL_SIDES,
            "is_partial": terms.get("periods") is not None,
            "content": base64.b64encode(raw),
            "fingerprint": statement.fingerprint(raw),
            "balance_ids": [
                fields.Command.create(
                    {
                        "section": ledger["section"],
                        "currency_id": ledger["currency"],
                        "amount": ledger["closing"],
                    }
                )
                for ledger in content["ledgers"]
            ],
            **terms.get("values", {}),
        }

    @api.model
    def _prepare_content(self, partner, company, number, terms, figures):
        """Return what is frozen: figures, names and addresses of this day, no texts of ours."""
        digits = self.env["counterparty.statement.source"]._get_digits()
        ledgers, opened = figures["ledgers"], figures["open"]
        ages = statement.ageing(opened, terms["date_to"], digits)
        chosen = terms.get("currency") or None
        used = (
            {key[1] for key in ages} | {ledger.currency for ledger in ledgers} | {chosen} - {None}
        )
        currencies = self.env["res.currency"].sudo().browse(sorted(used))
        keys = {(ledger.section, ledger.currency) for ledger in ledgers}
        # of some days only: what is open may have moved on none of them
        ledgers = [
            *ledgers,
            *(statement.Ledger(*key, 0.0, 0.0, 0.0, 0.0, ()) for key in ages if key not in keys),
        ]
        return {
            "number": number,
            "kind": terms["kind"],
            "date_from": terms["date_from"] if terms["kind"] == STATEMENT else None,
            "date_to": terms["date_to"],
            "side": terms.get("side") or rules.ALL_SIDES,
            "amounts": terms.get("amounts") or "own",
            "sections": list(terms.get("sections") or ()),
            "currency": chosen,
            "issued_at": fields.Datetime.now(),
            "issued_on": fields.Date.context_today(self),
            "company": {
                **self._prepare_party(company.sudo().partner_id, partner),
                "banks": self._prepare_banks(company),
            },
            "partner": self._prepare_party(partner.sudo()),
            "currencies": {str(currency.id): currency.name for currency in currencies},
            "ledgers": [_freeze_ledger(ledger, ages) for ledger in ledgers],
            "open": [_freeze_open(item) for item in opened],
            "totals": {
                str(currency): total
                for currency, total in statement.totals(ledgers, digits).items()
            },
        }

    @api.model
    def _prepare_party(self, partner, reader=None):
        """Return how a party is named on paper, with what the law asks for.

        :param reader: whoever gets the paper, the party itself when left out
        """
        partner = partner.with_context(lang=self._choose_lang(reader or partner, partner))
        lines = (partner._display_address(without_company=True) or "").splitlines()
        return {
            "name": partner.name or "",
            "address": "\n".join(line.strip() for line in lines if line.strip()),
            "vat": partner.vat or "",
            "registry": statement.registry_of(partner.company_registry, partner.vat),
            "county": partner.state_id.name or "",
            "country": partner.country_id.code or "",
            "banks": [],
        }

    @api.model
    def _prepare_banks(self, company):
        """Return the bank accounts to pay us on; those of others are nobody's to read."""
        # whoever gets a statement may know where to pay
        banks = company.sudo().partner_id.bank_ids.filtered("active")
        return [[bank.acc_number or "", bank.bank_id.name or ""] for bank in banks[:2]]

    # ------------------------------------------------------------
    # Read
    # ------------------------------------------------------------

    def _get_raw_content(self):
        self.ensure_one()
        raw = self.with_context(bin_size=False).content
        return base64.b64decode(raw) if raw else b""

    def _get_content(self):
        """Return what is frozen."""
        return json.loads(self._get_raw_content() or b"{}")

    def _get_notices(self):
        """Return what a reader must know of the whole: withdrawn, or some of the books only."""
        self.ensure_one()
        content, notices = self._get_content(), []
        if self.state == "cancelled":
            notices.append(self.env._("This statement was withdrawn and is void."))
        if self.is_partial:
            notices.append(
                self.env._(
                    "Some days only: what was booked outside the membership in the group is left"
                    " out, so these are no balances of the whole account."
                )
            )
        return notices + self._get_limits(content)

    def _get_limits(self, content):
        """Return which part of the books a statement shows, in the language of the reader."""
        self.ensure_one()
        sides = dict(self._fields["side"]._description_selection(self.env))
        labels, names = self._get_section_labels(), content.get("currencies", {})
        parts = [sides[content["side"]]] if content.get("side", "all") != rules.ALL_SIDES else []
        parts += [labels.get(section, section) for section in content.get("sections") or ()]
        if content.get("currency"):
            parts.append(names.get(str(content["currency"]), ""))
        limits = []
        if parts:
            limits.append(self.env._("A part of our books only: %(parts)s", parts=", ".join(parts)))
        if content.get("amounts") == "company":
            limits.append(
                self.env._(
                    "All amounts in %(currency)s, those of other currencies at the rates of our"
                    " books.",
                    currency=self.company_id.sudo().currency_id.name,
                )
            )
        return limits

    @api.model
    def _get_section_labels(self):
        """Return the names of sections in the language of the reader."""
        field = self.env["counterparty.statement.account"]._fields["section"]
        return dict(field._description_selection(self.env))

    @api.model
    def _get_kind_labels(self):
        """Return what lines come from, in the language of the reader."""
        return {
            "invoice": self.env._("Invoice"),
            "credit_note": self.env._("Credit note"),
            "receipt": self.env._("Receipt"),
            "bill": self.env._("Supplier's invoice"),
            "refund": self.env._("Supplier's credit note"),
            "payment": self.env._("Payment"),
            "entry": self.env._("Entry"),
            "balance": self.env._("Balance of the account"),
            "converted": self.env._("Settled in another currency"),
            "elsewhere": self.env._("Settled elsewhere"),
        }

    @api.model
    def _get_bucket_labels(self):
        """Return the names of the buckets of ageing."""
        return [
            self.env._("Not due"),
            self.env._("1-30 days"),
            self.env._("31-60 days"),
            self.env._("61-90 days"),
            self.env._("91-120 days"),
            self.env._("Over 120 days"),
        ]

    @api.model
    def _format_amount(self, value, currency_id):
        """Return an amount with its currency, in the language of the reader."""
        # currencies are no secret, and switched-off ones stand in old items
        currency = self.env["res.currency"].sudo().browse(int(currency_id))
        return formatLang(self.env, value, currency_obj=currency)

    @api.model
    def _get_issue_day(self, content):
        """Return the day of issue that is frozen; papers of before have the moment only."""
        return content.get("issued_on") or content["issued_at"][:10]

    # ------------------------------------------------------------
    # Workbook
    # ------------------------------------------------------------

    def _get_xlsx(self):
        """Return the statement as a workbook, with the figures of the paper."""
        self.ensure_one()
        content, env = self._get_content(), self.env
        labels, kinds = self._get_section_labels(), self._get_kind_labels()
        rows, heads = self._get_xlsx_head(content), {0}
        for ledger in content["ledgers"]:
            currency = content["currencies"].get(str(ledger["currency"]), "")
            heads |= {len(rows), len(rows) + 1}
            rows.append([labels.get(ledger["section"], ""), currency])
            rows.append(self._get_column_labels())
            rows.append([env._("Opening balance"), *[""] * 6, ledger["opening"]])
            rows += [
                [
                    _read(line[0]),
                    line[1],
                    kinds.get(line[2], ""),
                    line[3],
                    _read(line[4]),
                    *line[5:],
                ]
                for line in ledger["lines"]
            ]
            heads.add(len(rows))
            sums = [ledger["debit"], ledger["credit"], ledger["closing"]]
            rows += [[env._("Closing balance"), *[""] * 4, *sums], []]
        opened = [self._get_open_labels()]
        opened += [
            [labels.get(item[0], ""), content["currencies"].get(str(item[1]), ""), _read(item[2])]
            + [_read(item[3]), item[4], kinds.get(item[5], ""), *item[6:]]
            for item in content["open"]
        ]
        return sheets.write_workbook(
            [
                sheets.Sheet(env._("Statement"), (24, 20, 16, 32, 12, 14, 14, 14), rows, heads),
                sheets.Sheet(
                    env._("Open items"),
                    (26, 10, 12, 12, 20, 16, 14, 14, 32),
                    opened,
                    frozenset({0}),
                ),
            ]
        )

    def _get_xlsx_head(self, content):
        """Return the first rows: whose statement of what it is, and what it leaves out."""
        self.ensure_one()
        days = [_read(content["date_from"]), _read(content["date_to"])]
        return [
            [self.display_name],
            [content["company"]["name"], content["company"]["vat"]],
            [content["partner"]["name"], content["partner"]["vat"]],
            [self.env._("Period"), *days] if days[0] else [self.env._("As of"), days[1]],
            [self.env._("Issued on"), _read(self._get_issue_day(content))],
            [self.env._("Fingerprint"), self.fingerprint],
            *([notice] for notice in self._get_notices()),
            [],
        ]

    @api.model
    def _get_column_labels(self):
        return [
            self.env._("Date"),
            self.env._("Document"),
            self.env._("Kind"),
            self.env._("Explanation"),
            self.env._("Due on"),
            self.env._("Debit"),
            self.env._("Credit"),
            self.env._("Balance"),
        ]

    @api.model
    def _get_open_labels(self):
        return [
            self.env._("Section"),
            self.env._("Currency"),
            self.env._("Date"),
            self.env._("Due on"),
            self.env._("Document"),
            self.env._("Kind"),
            self.env._("Amount"),
            self.env._("Open amount"),
            self.env._("Explanation"),
        ]


def _read(day):
    """Return a frozen day as a day, which a workbook sorts and counts with; no text for none."""
    return read_day(day, *YEARS) or ""


def _freeze_ledger(ledger, ages):
    return {
        "section": ledger.section,
        "currency": ledger.currency,
        "opening": ledger.opening,
        "debit": ledger.debit,
        "credit": ledger.credit,
        "closing": ledger.closing,
        "ageing": ages.get((ledger.section, ledger.currency)),
        "lines": [_freeze_line(line) for line in ledger.lines],
    }


def _freeze_line(line):
    item = line.item
    return [
        *(item.day, item.document, item.kind, item.text, item.due),
        *(line.debit, line.credit, line.balance),
    ]


def _freeze_open(item):
    return [
        *(item.section, item.currency, item.day, item.due),
        *(item.document, item.kind, item.total, item.amount, item.text),
    ]
