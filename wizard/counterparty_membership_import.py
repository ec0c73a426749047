import base64
import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_repr

from ..tools import tables
from ..tools.membership_file import COLUMNS, REQUIRED, KindRules, Row, check_rows, parse_rows
from ..tools.periods import Period

SHOWN = 200
# how an export names a partner that shares numbers and name with others
NUMBERED = re.compile(r"(?P<name>.*) \(#(?P<id>\d{1,9})\)$", re.DOTALL)
INSERT = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, date_from, date_to, share_basis, equity, equity_min,
            equity_max, has_voting, voting_basis, voting, voting_min, voting_max, control,
            control_document, status, source, note,
            ended_by_id, ended_on, create_uid, write_uid, create_date, write_date)
    VALUES %s
"""


class CounterpartyMembershipImport(models.TransientModel):
    """Brings memberships in from CSV or XLSX, all or nothing, and out in the same columns."""

    _name = "counterparty.membership.import"
    _description = "Import and Export of Holding Memberships"

    content = fields.Binary("File", attachment=False)
    filename = fields.Char()
    state = fields.Selection(
        [("choose", "Choose"), ("faulty", "Faulty"), ("done", "Done")], default="choose"
    )
    faults = fields.Html(readonly=True)
    fault_count = fields.Integer(readonly=True)
    row_count = fields.Integer("Memberships", readonly=True)
    format = fields.Selection([("xlsx", "XLSX"), ("csv", "CSV")], default="xlsx", required=True)
    export = fields.Binary("Exported File", readonly=True, attachment=False)
    export_name = fields.Char(readonly=True)

    # ------------------------------------------------------------
    # Import
    # ------------------------------------------------------------

    def action_import(self):
        """Import the file when no line is at fault, else list all faults and change nothing."""
        self.ensure_one()
        self.env["counterparty.membership"].check_access("create")
        if not self.content:
            raise UserError(self.env._("Choose a file to import."))
        rows, faults = self._read_rows()
        if faults:
            shown = [self._word_fault(fault) for fault in faults[:SHOWN]]
            items = Markup().join(Markup("<li>%s</li>") % text for text in shown)
            self.write(
                {
                    "state": "faulty",
                    "fault_count": len(faults),
                    "faults": Markup("<ul>%s</ul>") % items,
                    "export": base64.b64encode(self._write_faults(faults)),
                    "export_name": "faults.csv",
                }
            )
        else:
            self._insert_rows(rows)
            self.write({"state": "done", "row_count": len(rows), "faults": False})
        return self._reopen()

    def _read_rows(self):
        """Return the rows of the file and its faults."""
        try:
            lines = list(tables.read_table(base64.b64decode(self.content)))
        except tables.UnreadableTableError as error:
            raise UserError(
                self.env._("“%(file)s” is neither CSV in UTF-8 nor XLSX.", file=self.filename)
            ) from error
        missing = [name for name in REQUIRED if not lines or name not in lines[0][1]]
        if missing:
            raise UserError(
                self.env._(
                    "These columns are missing in the first line: %(columns)s. Export a file to "
                    "see how it looks.",
                    columns=", ".join(missing),
                )
            )
        texts = {cells.get(end, "") for _line, cells in lines for end in ("owner", "member")}
        kinds = self._get_kinds()
        formats = [self.env["res.lang"]._get_data(code=self.env.user.lang).date_format]
        partners = self._find_partners(texts - {""})
        rows, faults = parse_rows(lines, partners, kinds, [name for name in formats if name])
        present = self._get_present({row.member for row in rows})
        return rows, sorted(faults + check_rows(rows, present, set(kinds.values())))

    @api.model
    def _find_partners(self, texts):
        """Return ``{text: ids of commercial entities}``, by tax number, reference or exact name.

        A text that names a partner by number is never ambiguous by name; the archived one of a name
        is meant where no other has it. What an export calls “Name (#number)” is the partner of that
        number, if it bears the name. Only partners the user may see are found.
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        entities = Domain("commercial_partner_id", "=", False) | Domain("parent_id", "=", False)
        entities |= Domain("is_company", "=", True)
        found = {}
        for field in ("vat", "ref", "name"):
            left = [text for text in texts if text not in found]
            partners = Partner.search_fetch(
                Domain(field, "in", left) & entities, [field, "active", "commercial_partner_id"]
            ).filtered(lambda partner: partner == partner.commercial_partner_id)
            for text, called in partners.grouped(field).items():
                found[text] = (called.filtered("active") or called).ids
        numbered = {text: NUMBERED.match(text) for text in texts if text not in found}
        numbers = {text: int(match["id"]) for text, match in numbered.items() if match}
        names = {p.id: p.name for p in Partner.search(Domain("id", "in", list(numbers.values())))}
        for text, number in numbers.items():
            if names.get(number) == numbered[text]["name"]:
                found[text] = [number]
        return found

    @api.model
    def _get_kinds(self):
        """Return ``{code or name in lower case: rules}``."""
        kinds = self.env["counterparty.membership.kind"].with_context(active_test=False)
        rules = {}
        # of two of the same name the one in use is meant
        for kind in kinds.search(Domain.TRUE).sorted("active"):
            rule = KindRules(
                kind.id,
                kind.counts_ownership,
                kind.is_exclusive,
                kind.is_whole,
                kind.allows_self,
            )
            rules[kind.name.lower()] = rules[kind.code.lower()] = rule
        return rules

    @api.model
    def _get_present(self, member_ids):
        """Return the memberships of members that are there already, as rows with line 0."""
        self.env["counterparty.membership"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT owner_id, member_id, kind_id, date_from, date_to, share_basis,
                          equity::float8, equity_min::float8, status
                     FROM counterparty_membership WHERE member_id = ANY(%s)""",
                list(member_ids),
            )
        )
        return [
            Row(
                line=0,
                owner=owner,
                member=member,
                kind=kind,
                period=Period(start, end),
                low={"exact": equity, "range": low}.get(basis, 0.0),
                status=status,
            )
            for owner, member, kind, start, end, basis, equity, low, status in rows
        ]

    @api.model
    def _insert_rows(self, rows):
        """Insert checked rows in one go: 100,000 in 20 s, where records would take minutes.

        Members that have owners already are locked as a form locks them; others are new to both,
        and to mark them is a write as well.
        """
        self.env["res.partner"].search(
            Domain("id", "in", [row.member for row in rows])
            & Domain("counterparty_is_linked", "=", True)
        )._lock_counterparty_linked()
        self.env.cr.execute_values(
            INSERT, [self._prepare_insert(row) for row in rows], page_size=1000
        )
        self.env["counterparty.membership"].invalidate_model()
        ends = {row.owner for row in rows} | {row.member for row in rows}
        self.env["res.partner"].browse(ends)._mark_counterparty_linked()
        self.env["res.partner"].invalidate_model(
            ["counterparty_owner_ids", "counterparty_member_ids"]
        )

    def _prepare_insert(self, row):
        """Return the values of a checked row in the order of the insert."""
        now, uid = self.env.cr.now(), self.env.uid
        return (
            row.owner,
            row.member,
            row.kind,
            row.period.start,
            row.period.end,
            row.basis,
            row.equity,
            row.low if row.basis == "range" else 0.0,
            row.high,
            row.votes is not None or bool(row.votes_range),
            "range" if row.votes_range else "exact",
            row.votes or 0.0,
            *(row.votes_range or (0.0, 0.0)),
            row.control,
            row.control_document or None,
            row.status,
            row.source or None,
            row.note or None,
            uid if row.period.end else None,
            now if row.period.end else None,
            uid,
            uid,
            now,
            now,
        )

    def _word_fault(self, fault):
        """Return a fault as a sentence."""
        return self.env._("Line %(line)s: %(text)s", line=fault.line, text=self._word_code(fault))

    def _word_code(self, fault):
        text = fault.detail
        where = (
            self.env._("the database") if text == "0" else self.env._("line %(line)s", line=text)
        )
        return {
            "unknown": self.env._(
                "no company “%(text)s” with this tax number, reference or name", text=text
            ),
            "ambiguous": self.env._(
                "several companies are called “%(text)s”: use the tax number", text=text
            ),
            "kind": self.env._("no kind of membership “%(text)s”", text=text),
            "date": self.env._("“%(text)s” is no date like 2026-03-31", text=text),
            "period": self.env._("the last day is before the first"),
            "number": self.env._("“%(text)s” is no number", text=text),
            "percent": self.env._("“%(text)s” is not between 0 and 100", text=text),
            "range": self.env._("the smallest share is larger than the largest"),
            "votes_range": self.env._("the smallest part of the votes is larger than the largest"),
            "control": self.env._("“%(text)s” is neither auto, yes nor no", text=text),
            "document": self.env._("registered control needs its document"),
            "status": self.env._("“%(text)s” is neither confirmed nor reported", text=text),
            "self": self.env._("nobody belongs to itself"),
            "overlap": self.env._("overlaps the same membership in %(where)s", where=where),
            "exclusive": self.env._(
                "a second owner of a kind that allows one; the other is in %(where)s", where=where
            ),
            "sum": self.env._(
                "the confirmed owners of the member have %(sum)s %% on some day", sum=text
            ),
        }[fault.code]

    def _write_faults(self, faults):
        rows = [(fault.line, self._word_code(fault)) for fault in faults]
        return tables.write_csv(("line", "fault"), rows)

    # ------------------------------------------------------------
    # Export
    # ------------------------------------------------------------

    def action_export(self):
        """Write all memberships the user may see, in the columns of the import."""
        self.ensure_one()
        write = tables.write_xlsx if self.format == "xlsx" else tables.write_csv
        self.write(
            {
                "export": base64.b64encode(write(COLUMNS, self._get_export_rows())),
                "export_name": f"memberships.{self.format}",
            }
        )
        return self._reopen()

    def _get_export_rows(self):
        rows = self.env["counterparty.membership"].search(
            self.env.context.get("counterparty_export_domain") or Domain.TRUE
        )
        texts = self._get_partner_texts(rows.owner_id | rows.member_id)
        for row in rows:
            exact, ranged = row.share_basis == "exact", row.share_basis == "range"
            yield (
                texts[row.owner_id],
                texts[row.member_id],
                row.kind_id.code,
                row.date_from.isoformat() if row.date_from else "",
                row.date_to.isoformat() if row.date_to else "",
                float_repr(row.equity, 6) if exact and not row.kind_id.is_whole else "",
                float_repr(row.equity_min, 6) if ranged else "",
                float_repr(row.equity_max, 6) if ranged else "",
                *_votes_texts(row),
                row.control,
                row.control_document or row.control_document_id.display_name or "",
                row.status,
                row.source or "",
                row.note or "",
            )

    @api.model
    def _get_partner_texts(self, partners):
        """Return ``{partner: text by which an import finds it again, and no other}``."""
        names = {p: [text for text in (p.vat, p.ref, p.name) if text] for p in partners}
        found = self._find_partners({text for texts in names.values() for text in texts})
        return {
            partner: next(
                (text.strip() for text in texts if found.get(text.strip()) == partner.ids),
                f"{partner.name} (#{partner.id})",
            )
            for partner, texts in names.items()
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import and export memberships"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _votes_texts(row):
    """Return the cells of the votes: exact, smallest, largest."""
    if not row.has_voting:
        return "", "", ""
    if row.voting_basis == "range":
        return "", float_repr(row.voting_min, 6), float_repr(row.voting_max, 6)
    return float_repr(row.voting, 6), "", ""
