from odoo import api, models
from odoo.tools import SQL

from ..tools import timeline
from .counterparty_timeline_legs import KINDS, TONES

TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


class CounterpartyTimelineRowMixin(models.AbstractModel):
    """What a row of the timeline says of its record."""

    _name = "counterparty.timeline.row.mixin"
    _description = "Rows of a timeline"

    @api.model
    def _prepare_kinds(self, legs):
        """Return what can be filtered by, in the order of the chips."""
        known = {kind for leg in legs.values() for kind in leg.kinds}
        return [
            {"kind": kind, "name": self.env._(plural), "icon": icon}
            for kind, (_name, plural, icon) in KINDS.items()
            if kind in known
        ]

    @api.model
    def _prepare_rows(self, legs, partner, found):
        rows, asked = [], {}
        labels = self._get_state_labels(legs[position.place] for position, _values in found)
        for position, values in found:
            leg = legs[position.place]
            row = self._prepare_row(leg, position, values, labels)
            rows.append(row)
            if not leg.titles:
                asked.setdefault(leg.model, []).append(row)
        # once for each kind, not for each row
        names = {kind: self.env._(KINDS[kind][0]) for kind in {row["kind"] for row in rows}}
        for row in rows:
            row["name"] = names[row["kind"]]
        for model, own in asked.items():
            getattr(self, f"_describe_{model.replace('.', '_')}")(model, own)
        self._name_partners(partner, rows)
        return rows

    @api.model
    def _prepare_row(self, leg, position, values, labels):
        kind_value, title, subtitle, amount, currency, first, second, partner_id = values
        kind = timeline.kind_of(leg, kind_value) or next(iter(leg.kinds))
        _name, _plural, icon = KINDS[kind]
        state, field = first, leg.states[:1]
        if second and first == leg.settled:
            state, field = second, leg.states[1:]
        if leg.model == "account.move" and kind == "credit_note":
            amount = -(amount or 0.0)
        return {
            "key": f"{position.place}-{position.id}",
            "kind": kind,
            "name": "",
            "icon": icon,
            "moment": position.moment.isoformat(sep=" ", timespec="seconds"),
            "day": timeline.local_day(position.moment, str(self.env.tz)).isoformat(),
            "by_day": leg.by_day,
            "title": title if title != "/" else "",
            "subtitle": subtitle if subtitle != title else "",
            "amount": amount if leg.amount and amount is not None else False,
            "currency_id": currency or (leg.amount and self.env.company.currency_id.id) or False,
            "state": labels.get((leg.model, *field), {}).get(state, "") if state else "",
            "tone": TONE_OF.get(state, "secondary"),
            "partner_id": partner_id or False,
            "partner": "",
            "model": leg.model,
            "id": position.id,
        }

    @api.model
    def _get_state_labels(self, legs):
        """Return ``{(model, field): {state: label}}`` in the user's language."""
        labels = {}
        for leg in {(leg.model, *leg.states) for leg in legs}:
            model, *names = leg
            for name in names:
                field = self.env[model]._fields[name]
                labels[model, name] = dict(field._description_selection(self.env))
        return labels

    @api.model
    def _name_partners(self, partner, rows):
        """Name the contact of a row, where it is another than the one whose timeline it is."""
        ids = {row["partner_id"] for row in rows if row["partner_id"]} - {partner.id}
        if not ids:
            return
        people = self.env["res.partner"].with_context(active_test=False)
        # a document may be addressed to somebody whom the user does not see
        visible = people._search([("id", "in", list(ids))])
        names = dict(
            self.env.execute_query(
                visible.select(*(people._field_to_sql(people._table, n) for n in ("id", "name")))
            )
        )
        for row in rows:
            row["partner"] = names.get(row["partner_id"], "")

    # ------------------------------------------------------------
    # Rows that are asked of their records
    # ------------------------------------------------------------

    @api.model
    def _describe_calendar_event(self, model, rows):
        # the host shows no more than "busy" of private meetings of others
        meetings = self.env[model].browse([row["id"] for row in rows])
        now = self.env.cr.now()
        for row, meeting in zip(rows, meetings, strict=True):
            held = meeting.stop and meeting.stop < now
            row["title"] = meeting.display_name
            row["subtitle"] = meeting.user_id.name or ""
            row["state"] = self.env._("Held") if held else self.env._("Planned")
            row["tone"] = "success" if held else "info"

    @api.model
    def _describe_mail_activity(self, model, rows):
        activities = self.env[model].browse([row["id"] for row in rows])
        today = timeline.local_day(self.env.cr.now(), str(self.env.tz))
        for row, activity in zip(rows, activities, strict=True):
            row["title"] = activity.summary or activity.activity_type_id.name or ""
            about = activity.res_name if activity.res_model != "res.partner" else ""
            said = (activity.user_id.name, about, timeline.preview(activity.feedback or ""))
            row["subtitle"] = " · ".join(filter(None, said))
            if not activity.active:
                row["state"], row["tone"] = self.env._("Done"), "success"
            elif activity.date_deadline < today:
                row["state"], row["tone"] = self.env._("Overdue"), "danger"
            else:
                row["state"], row["tone"] = self.env._("Planned"), "info"
            row["model"], row["id"] = activity.res_model, activity.res_id

    @api.model
    def _describe_counterparty_interaction(self, model, rows):
        """Say what was done about a document, to those who may read it."""
        contacts = self.env[model].browse([row["id"] for row in rows])
        kinds = dict(contacts._fields["kind"]._description_selection(self.env))
        done = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .browse(contacts.mapped("res_id"))
        )
        readable = {activity.id: activity for activity in done.exists()._filtered_access("read")}
        for row, contact in zip(rows, contacts, strict=True):
            row["title"] = contact.subject or kinds[contact.kind]
            row["subtitle"] = contact.user_id.name or ""
            row["state"], row["tone"] = self.env._("Done"), "success"
            if activity := readable.get(contact.res_id):
                row["subtitle"] = " · ".join(filter(None, (row["subtitle"], activity.res_name)))
                row["model"], row["id"] = activity.res_model, activity.res_id

    @api.model
    def _describe_mail_message(self, model, rows):
        messages = self.env[model]
        names = ["subject", "message_type", "author_id", "model", "res_id", "body"]
        messages.flush_model(names)
        # the rows are those that the user's own search has found; as records they would be read
        # with all their columns, and parsed for a line of preview
        found = self.env.execute_query(
            SQL(
                """SELECT id, subject, message_type, author_id, model, res_id, LEFT(body, %s)
                     FROM mail_message WHERE id = ANY(%s)""",
                timeline.READ,
                [row["id"] for row in rows],
            )
        )
        by_id = {message_id: values for message_id, *values in found}
        labels = dict(messages._fields["message_type"]._description_selection(self.env))
        for row in rows:
            subject, message_type, author_id, res_model, res_id, body = by_id[row["id"]]
            preview = timeline.preview(body or "")
            row["title"] = subject or preview
            row["subtitle"] = preview if subject else ""
            row["state"] = labels[message_type] if message_type != "comment" else ""
            row["partner_id"] = author_id or False
            if res_model and res_id:
                row["model"], row["id"] = res_model, res_id
