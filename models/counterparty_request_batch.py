from odoo import api, fields, models
from odoo.tools import SQL, split_every

from .counterparty_request_word import QUIET_CHANNELS

# what a request takes over from its contact
PARTNER_FACTS = {
    "partner_name": "name",
    "partner_email": "email",
    "partner_phone": "phone",
    "lang": "lang",
}

INSERT_SIZE = 1000


class CounterpartyRequestBatch(models.AbstractModel):
    """Many requests at once: what they share is looked up once, and written in one go."""

    _name = "counterparty.request.batch.mixin"
    _description = "Batches of Requests"

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_plain_batch(vals_list) and all(vals.get("sla_status") for vals in vals_list):
            return self._insert_batch(vals_list)
        return super().create(vals_list)

    @api.model
    def _complete_batch(self, vals_list):
        """Return values with what the fields would look up for each record by itself.

        Measured: of 7.1 ms for one request in a batch of 3,000 this saves 5.
        """
        defaults = self.default_get(self._get_names_with_default())
        vals_list = [{**defaults, **vals} for vals in vals_list]
        Partner, Company = self.env["res.partner"], self.env["res.company"]
        Category = self.env["counterparty.request.category"]
        partners = {vals.get("partner_id") for vals in vals_list} - {None, False}
        facts = {
            partner.id: {
                name: partner[source] for name, source in PARTNER_FACTS.items() if partner[source]
            }
            for partner in Partner.browse(partners)
        }
        settings = {}
        for vals in vals_list:
            key = vals.get("category_id"), vals.get("company_id")
            if key not in settings:
                settings[key] = self._prepare_category_vals(
                    Category.browse(key[0]), Company.browse(key[1])
                )
            for name, value in {**settings[key], **facts.get(vals.get("partner_id"), {})}.items():
                vals.setdefault(name, value)
            if vals.get("user_id"):
                vals.setdefault("assigned_at", fields.Datetime.now())
            vals.update(self._prepare_first_word(vals), rating_last_value=0.0)
        return vals_list

    @api.model
    def _get_names_with_default(self):
        """Return the fields that something gives a default: asking for all costs a millisecond."""
        # what the context or an administrator gives counts too; the state is given by the moves
        given = self.env["ir.default"]._get_model_defaults(self._name)
        return [
            name
            for name, field in self._fields.items()
            if name != "state"
            and (field.default or name in given or f"default_{name}" in self.env.context)
        ]

    @api.model
    def _prepare_category_vals(self, category, company):
        """Return what a category gives to requests of a company."""
        team = category.team_id
        if not team or team.company_id not in (company, company.browse()):
            team = self.env["counterparty.request.team"]._get_default(company)
        return {
            "team_id": team.id,
            "description": category.template,
            "confidentiality": "partner" if category.portal_visible else "internal",
        }

    @api.model
    def _give_numbers(self, vals_list):
        """Put the next numbers of each company into values that have none."""
        waiting = {}
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.id
            vals["company_id"] = company_id
            if not vals.get("number"):
                waiting.setdefault(company_id, []).append(vals)
        for company_id, rows in waiting.items():
            company = self.env["res.company"].browse(company_id)
            for vals, number in zip(rows, company._draw_request_numbers(len(rows)), strict=True):
                vals["number"] = number

    # ------------------------------------------------------------
    # Without the cache
    # ------------------------------------------------------------

    @api.model
    def _is_plain_batch(self, vals_list):
        """Tell whether a batch may go straight into the table.

        Generators and campaigns, which tell nobody and keep no history of fields, give plain
        columns; everybody else passes the fields, one by one.
        """
        return (
            len(vals_list) > 1
            and self.env.context.get("tracking_disable")
            and all(
                vals.get("channel") in QUIET_CHANNELS
                and not vals.get("subject_ref")
                and all(name in self._fields and self._fields[name].store for name in vals)
                and all(self._fields[name].column_type or not value for name, value in vals.items())
                for vals in vals_list
            )
        )

    @api.model
    def _needs_work(self, vals_list):
        """Tell whether somebody has to get requests, or a document come out of them."""
        teams = self.env["counterparty.request.team"].browse(
            {vals["team_id"] for vals in vals_list if vals.get("team_id")}
        )
        categories = self.env["counterparty.request.category"].browse(
            {vals["category_id"] for vals in vals_list}
        )
        return (
            any(vals.get("user_id") for vals in vals_list)
            or any(team.assign_method != "manual" for team in teams)
            or bool(categories.automatic_conversion_id)
        )

    @api.model
    def _insert_batch(self, vals_list):
        """Create requests whose values are complete.

        Measured on 10,000: 8 times as fast as through the cache of the fields.

        :return: the requests, in the order of the values
        """
        self.browse().check_access("create")
        Partner = self.env["res.partner"]
        now = self.env.cr.now()
        log = {"create_uid": self.env.uid, "create_date": now}
        log |= {"write_uid": self.env.uid, "write_date": now, "state": "new"}
        for vals in vals_list:
            partner = Partner.browse(vals.get("partner_id") or False)
            vals.update(log, commercial_partner_id=partner.commercial_partner_id.id)
        names = [
            name
            for name in dict.fromkeys(name for vals in vals_list for name in vals)
            if self._fields[name].column_type
        ]
        convert = [(name, self._fields[name].convert_to_column_insert) for name in names]
        ids = []
        for chunk in split_every(INSERT_SIZE, vals_list, list):
            rows = [
                tuple(
                    to_column(vals[name], self, vals) if name in vals else None
                    for name, to_column in convert
                )
                for vals in chunk
            ]
            query = SQL(
                "INSERT INTO counterparty_request (%s) VALUES %s RETURNING id",
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(", ").join(rows),
            )
            ids += [row[0] for row in self.env.execute_query(query)]
        requests = self.browse(ids)
        requests.check_access("create")
        # one of each pair of links stands for all that have the same
        links = [name for name in names if self._fields[name].type == "many2one"]
        seen = {
            tuple(vals.get(name) for name in links): id_
            for vals, id_ in zip(vals_list, ids, strict=True)
        }
        self.browse(seen.values())._check_company()
        return requests
