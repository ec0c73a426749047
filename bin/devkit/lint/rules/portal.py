# What portal.yml must find (ruleid) and must leave alone (ok); `semgrep --test` compares.
# Never imported.
from markupsafe import Markup

from odoo import http
from odoo.http import request
from odoo.tools import SQL


class Portal(http.Controller):
    # ruleid: route-without-csrf
    @http.route("/my/x", type="http", auth="user", csrf=False)
    def no_csrf(self):
        return ""

    @http.route("/my/request/close", type="http", auth="user")
    def close(self, request_id):
        record = request.env["counterparty.request"].browse(int(request_id))
        # ruleid: writing-route-without-post
        record.write({"state": "closed"})
        return request.redirect("/my")

    @http.route("/my/request/open", type="http", auth="user", methods=["POST"])
    def open(self, request_id):
        record = request.env["counterparty.request"].browse(int(request_id))
        # ok: writing-route-without-post
        record.write({"state": "open"})
        return request.redirect("/my")

    @http.route("/my/requests", type="http", auth="user")
    def show(self):
        # ok: writing-route-without-post
        return request.render("counterparty_crm.portal_requests", {})

    @http.route("/my/request/new", type="http", auth="user", methods=["POST"])
    def new(self, subject, **kw):
        # ruleid: raw-parameters-to-orm
        request.env["counterparty.request"].create(kw)
        # ruleid: raw-parameters-to-orm
        request.env["counterparty.request"].create({"name": subject, **kw})
        # ruleid: raw-parameters-to-orm
        request.env["counterparty.request"].search([("name", "=", kw["name"])])
        # ok: raw-parameters-to-orm
        return request.env["counterparty.request"].create({"name": subject})


def show_text(name):
    # ruleid: markup-of-formatted-text
    a = Markup("<b>%s</b>" % name)
    # ruleid: markup-of-formatted-text
    b = Markup(f"<b>{name}</b>")
    # ruleid: markup-of-formatted-text
    c = Markup("<b>{}</b>".format(name))
    # ok: markup-of-formatted-text
    return a + b + c + Markup("<b>%s</b>") % name


def run_query(cr, table, ids):
    # ruleid: formatted-sql
    cr.execute("SELECT * FROM %s" % table)
    # ruleid: formatted-sql
    cr.execute(f"SELECT * FROM {table}")
    # ruleid: formatted-sql
    SQL(f"SELECT * FROM {table}")
    # ok: formatted-sql
    cr.execute("SELECT id FROM res_partner WHERE id = ANY(%s)", [ids])
    # ok: formatted-sql
    cr.execute(SQL("SELECT id FROM %s", SQL.identifier(table)))


def compute(text):
    # ruleid: eval
    return eval(text)
