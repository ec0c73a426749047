from odoo.exceptions import AccessError
from odoo.http import Controller, content_disposition, request, route
from odoo.tools.pdf import merge_pdf

from ..models.counterparty_statement import MAX_PDF, MAX_PRINTED
from . import request_form

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ID = 2**31 - 1


def download(content, name, kind, inline=False):
    """Return a file that is kept nowhere on its way."""
    headers = {
        **request_form.PRIVATE,
        "Content-Type": kind,
        "Content-Length": len(content),
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline" if inline else content_disposition(name),
    }
    return request.make_response(content, headers=list(headers.items()))


def _is_long(statements):
    return len(statements) > MAX_PDF or any(record._is_long() for record in statements)


def paper(statements, is_for_them=False):
    """Return statements as one file, each made by itself: PDF, or a page to print.

    A single one as it was sent, to the byte. A page where no PDF can be made, or so many would
    keep the reader waiting for minutes.

    :param is_for_them: staff prints what its counterparties read, each in its language
    """
    if len(statements) == 1 and statements._find_paper():
        return kept_paper(statements)
    if not statements._can_make_pdf() or _is_long(statements):
        return render_html(statements, is_for_them)
    content = merge_pdf([record._get_pdf() for record in statements])
    name = statements.name if len(statements) == 1 else request.env._("Statements")
    return download(content, f"{name}.pdf", "application/pdf", inline=True)


def kept_paper(record):
    """Return the paper of a statement as it was sent."""
    # sudo: whoever sees the statement has its paper
    kept = record._find_paper().sudo()
    kind = "application/pdf" if kept.name.endswith(".pdf") else "text/html; charset=utf-8"
    return download(kept.raw, kept.name, kind, inline=True)


def render_html(statements, is_for_them=False):
    """Return statements as a page to print; says why it is no PDF, where it should be one.

    :param is_for_them: as for ``paper``; else in the language of the reader
    """
    return request.render(
        "counterparty_crm.statement_print",
        {
            "docs": statements,
            "is_for_them": is_for_them,
            "can_make_pdf": statements._can_make_pdf(),
            "is_long": _is_long(statements),
        },
        headers=request_form.PRIVATE,
    )


class StatementController(Controller):
    """Papers and workbooks of statements, for staff."""

    @route("/counterparty/statements/print/<string:ids>", type="http", auth="user", methods=["GET"])
    def print_statements(self, ids, **_query):
        """Print statements that the reader may see, one after another."""
        records = self._read(ids)
        return paper(records, True) if records else request.not_found()

    @route(
        "/counterparty/statements/<int:statement_id>/xlsx",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def statement_xlsx(self, statement_id, **_query):
        """Return a statement as a workbook."""
        records = self._read(str(statement_id))
        if not records:
            return request.not_found()
        return download(records._get_xlsx(), f"{records.name}.xlsx", XLSX)

    def _read(self, ids):
        """Return the statements of an address that the reader may see, none if one is foreign."""
        numbers = [int(part) for part in ids.split("-") if part.isdecimal() and len(part) < 11]
        numbers = [number for number in numbers if number <= MAX_ID]
        records = request.env["counterparty.statement"].browse(numbers[:MAX_PRINTED]).exists()
        try:
            records.check_access("read")
        except AccessError:
            return records.browse()
        return records
