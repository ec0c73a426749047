from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..tools import request_states as states
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
        defaults = self.default_get(self._get_names_with_default(vals_list))
        vals_list = [{**defaults, **vals} for vals in vals_list]
        self._give_numbers(vals_list)
        facts = self._get_partner_facts(vals_list)
        Company, Category = self.env["res.company"], self.env["counterparty.request.category"]
        settings = {}
        for vals in vals_list:
            key = vals.get("category_id"), vals.get("company_id")
            if key not in settings:
                settings[key] = self._prepare_category_vals(
                    Category.browse(key[0]), Company.browse(key[1])
                )
            given = facts.get(vals.get("partner_id"), {})
            if vals.get("lang") and vals["lang"] != given.get("lang", vals["lang"]):
                vals.setdefault("has_own_lang", True)
            for name, value in {**settings[key], **given}.items():
                vals.setdefault(name, value)
            if not vals.get("amount"):
                # the host would read the currency to round nothing by it
                vals.pop("amount", None)
            if vals.get("user_id"):
                vals.update(self._prepare_start_vals(vals, Category.browse(key[0])))
            vals.update(self._prepare_first_word(vals), rating_last_value=0.0)
        teams = {vals["team_id"] for vals in vals_list} - {None, False}
        self.env["counterparty.request.team"].browse(teams)._with_kept()
        return vals_list

    @api.model
    def _prepare_start_vals(self, vals, category):
        """Return what new requests begin with that somebody has already."""
        start = {"assigned_at": vals.get("assigned_at") or fields.Datetime.now()}
        if all(vals.get(name) for name in category._get_required_fields()):
            # nothing is missing: work starts
            start["state"] = states.OPEN
        return start

    @api.model
    def _get_names_with_default(self, vals_list):
        """Return the fields that something gives a default: asking for all costs a millisecond.

        What all values give needs none; the state is given by the moves, the currency is that of
        the company.
        """
        # what the context or an administrator gives counts too
        given = self.env["ir.default"]._get_model_defaults(self._name)
        chosen = {name for name in self._fields if f"default_{name}" in self.env.context}
        chosen |= given.keys()
        known = set.intersection(*(set(vals) for vals in vals_list)) if vals_list else set()
        return [
            name
            for name, field in self._fields.items()
            if name not in known | {"state"}
            and (name in chosen or (field.default and name != "currency_id"))
        ]

    @api.model
    def _get_partner_facts(self, vals_list):
        """Return what contacts give to their requests, by the id of the contact."""
        Partner = self.env["res.partner"]
        partners = Partner.browse({vals.get("partner_id") for vals in vals_list} - {None, False})
        user_ids = {vals.get("user_id") for vals in vals_list} - {None, False, self.env.uid}
        # the host makes whoever gets a request its follower: read along with the contacts
        assigned = self.env["res.users"].sudo().browse(user_ids).partner_id
        return {
            partner.id: self._get_facts_of(partner)
            for partner in partners.with_prefetch(partners._ids + assigned._ids)
        }

    @api.model
    def _get_facts_of(self, partner):
        """Return what a contact gives to a request, without what is empty."""
        facts = {name: partner[source] for name, source in PARTNER_FACTS.items() if partner[source]}
        if "lang" in facts and not self._is_installed_lang(facts["lang"]):
            del facts["lang"]
        return facts

    @api.model
    def _prepare_category_vals(self, category, company):
        """Return what a category gives to requests of a company."""
        team = category._with_kept().team_id._with_kept()
        if not team.active or team.company_id not in (company, company.browse()):
            team = self.env["counterparty.request.team"]._get_default(company)._with_kept()
        return {
            "team_id": team.id,
            "description": category.template,
            "confidentiality": "partner" if category.portal_visible else "internal",
        }

    @api.model
    def _give_numbers(self, vals_list):
        """Put the next numbers of each company into values that have none, and its currency."""
        waiting = {}
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.id
            vals["company_id"] = company_id
            if not vals.get("number"):
                waiting.setdefault(company_id, []).append(vals)
        Company = self.env["res.company"]
        for company_id, rows in waiting.items():
            numbers = Company.browse(company_id)._draw_request_numbers(len(rows))
            for vals, number in zip(rows, numbers, strict=True):
                vals["number"] = number
        for vals in vals_list:
            if not vals.get("currency_id"):
                vals["currency_id"] = Company.browse(vals["company_id"]).currency_id.id

    def _forget_partner_facts(self, vals):
        """Drop what the contact of before gave, where another one comes.

        What somebody typed, such as the address of a stranger, stays.
        """
        for request in self:
            before = request.partner_id
            if not before or before.id == vals["partner_id"]:
                continue
            facts = self._get_facts_of(before)
            stale = [
                name
                for name, value in facts.items()
                if name not in vals
                and request[name] == value
                and not (name == "lang" and request.has_own_lang)
            ]
            if stale:
                request.write(dict.fromkeys(stale, False))

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
        log |= {"write_uid": self.env.uid, "write_date": now}
        for vals in vals_list:
            partner = Partner.browse(vals.get("partner_id") or False)
            vals.setdefault("state", states.NEW)
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
