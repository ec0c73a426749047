from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ..tools import dossier
from ..tools.dossier import TileEntry
from .counterparty_tile_entries import HOST_ENTRIES

GROUP_USER = "counterparty_crm.group_user"
AREA_HOLDING = "counterparty_crm.group_area_holding"
ROLES = "counterparty_crm.counterparty_role_action"


class CounterpartyDossierPartnerMixin(models.AbstractModel):
    """The dossier of a partner: what each section holds, counted on demand in one call."""

    _name = "counterparty.dossier.partner.mixin"
    _description = "Dossier of a counterparty"

    # ------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------

    @api.readonly
    def get_counterparty_tiles(self):
        """Return the sections of the dossier with what they hold, for the tiles of the form.

        One grouped query per host model, under the record rules of the user. Models that the user
        may not read do not appear; who has no right of ours sees no dossier.

        :return: list of ``{code, name, icon, entries: [{key, label, count, reveals}]}``
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(GROUP_USER):
            return []
        entries = [
            entry
            for entry in self._get_counterparty_tile_entries()
            if self._may_open_counterparty_tile(entry)
            and (entry.section != "holding" or self.env.user.has_group(AREA_HOLDING))
        ]
        lines = self._count_counterparty_tiles(entries)
        return [
            {
                "code": section.code,
                "name": section.name,
                "icon": section.icon,
                "entries": lines[section.code],
            }
            for section in self.env["counterparty.section"]._get_catalogue()
            if section.code in lines
        ]

    def action_open_counterparty_tile(self, section, key):
        """Open the list of records that an entry of a tile counts.

        :param section: code of the section
        :param key: key of the entry in it
        :return: False where there is no such entry any more
        """
        self.ensure_one()
        entries = {
            (entry.section, entry.key): entry for entry in self._get_counterparty_tile_entries()
        }
        if (section, key) not in entries:
            return False
        entry = entries[section, key]
        scope = self._get_counterparty_scope()
        action = {"views": [(False, "list"), (False, "form")]}
        if entry.action:
            known = self.env["ir.actions.act_window"]._for_xml_id(entry.action)
            modes = ("list", "kanban", "form", "calendar")
            action["views"] = [view for view in known["views"] if view[1] in modes]
            action["help"] = known.get("help")
        return dict(
            action,
            type="ir.actions.act_window",
            name=self.env._("%(partner)s: %(what)s", what=entry.label, partner=self.display_name),
            res_model=entry.model,
            domain=list(self._domain_counterparty_tile(entry, scope)),
            context=dict(
                self._prepare_counterparty_tile_context(entry),
                create=entry.model in self._counterparty_tile_creates(),
            ),
        )

    def _may_open_counterparty_tile(self, entry):
        """Tell whether the user may read what the entry counts."""
        return self.env[entry.model].has_access("read")

    def _counterparty_tile_creates(self):
        """Return the models whose records may be created from the list of a tile."""
        return {"res.partner", "res.partner.bank", "calendar.event", "counterparty.role"}

    # ------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------

    def _count_counterparty_tiles(self, entries):
        """Return ``{section code: [{key, label, count, reveals}]}`` with one query per model.

        :param entries: entries whose models the user may read
        """
        scope, counts = self._read_counterparty_scope(), {}
        for model, own in dossier.by_model(entries).items():
            fields = dossier.group_fields(own)
            if model == "res.partner":
                groups = scope["groups"]
            else:
                domain = self._domain_counterparty_tile_base(model, scope["ids"])
                groups = self._read_counterparty_groups(model, domain, fields)
            for entry in own:
                counts[entry.section, entry.key] = dossier.entry_count(entry, groups)
        lines = defaultdict(list)
        for entry in entries:
            count = counts[entry.section, entry.key]
            line = {"key": entry.key, "label": entry.label, "count": count}
            lines[entry.section].append(dict(line, reveals=entry.reveals))
        return lines

    def _read_counterparty_groups(self, model, domain, fields):
        return [
            dict(
                zip(
                    [*fields, "__count"],
                    [getattr(value, "id", value) for value in row],
                    strict=True,
                )
            )
            for row in self.env[model]._read_group(domain, fields, ["__count"])
        ]

    def _get_counterparty_scope(self):
        """Return ids of the partners whose records belong to this dossier.

        A commercial entity speaks for all its contacts and addresses, archived ones too; a contact
        for itself alone.
        """
        return self._read_counterparty_scope()["ids"]

    def _read_counterparty_scope(self):
        """Read the partners of the dossier: ids, and the groups that the tiles count."""
        groups, ids = [], [self.id]
        fields = ["type", "active", "is_company"]
        for *values, members, count in (
            self.env["res.partner"]
            .with_context(active_test=False)
            ._read_group(self._domain_counterparty_family(), fields, ["id:array_agg", "__count"])
        ):
            group = dict(zip(fields, values, strict=True), __count=count)
            groups.append(group)
            if not group["is_company"]:
                ids += members
        return {"ids": ids, "groups": groups}

    def _domain_counterparty_family(self):
        """Return the domain of contacts, addresses and subsidiaries entered under this partner."""
        below = Domain("parent_id", "=", self.id)
        if self == self.commercial_partner_id:
            below |= Domain("commercial_partner_id", "=", self.id)
        return below & Domain("id", "!=", self.id)

    def _domain_counterparty_tile(self, entry, ids):
        """Return the domain of the list that an entry opens."""
        domain = Domain.AND(
            [
                *(Domain(name, "in", list(values)) for name, values in entry.where.items()),
                *(Domain(name, "not in", list(values)) for name, values in entry.without.items()),
            ]
        )
        if entry.model == "res.partner":
            return domain & self._domain_counterparty_family()
        return domain & self._domain_counterparty_tile_base(entry.model, ids)

    def _domain_counterparty_tile_base(self, model, ids):
        """Return the domain of a model's records that belong to the partners of a dossier."""
        special = {
            # a payment's entry is counted as payment
            "account.move": Domain("partner_id", "in", ids)
            & Domain("origin_payment_id", "=", False),
            "account.journal": Domain("bank_id.partner_id", "in", ids),
            "calendar.event": Domain("partner_ids", "in", ids),
            "counterparty.membership": self._domain_counterparty_memberships(),
            "counterparty.role": Domain("partner_id", "in", [*ids, self.commercial_partner_id.id]),
            "ir.attachment": Domain("res_model", "=", "res.partner") & Domain("res_id", "in", ids),
            "mail.activity": Domain("res_model", "=", "res.partner") & Domain("res_id", "in", ids),
        }
        return special.get(model) or Domain("partner_id", "in", ids)

    # ------------------------------------------------------------
    # Catalogue of entries
    # ------------------------------------------------------------

    def _get_counterparty_tile_entries(self):
        """Return what the tiles count; areas extend the list.

        Each entry names a host model or ours; entries of one model share one query.
        """
        return [
            *(
                entry._replace(label=self.env._(entry.label))
                for entry in HOST_ENTRIES
                if entry.model in self.env
            ),
            TileEntry(
                "users",
                "responsible",
                self.env._("Our responsibles"),
                "counterparty.role",
                {"responsible_id": self._get_counterparty_roles().responsible_id.ids},
                reveals=False,
                distinct="responsible_id",
                action=ROLES,
            ),
            TileEntry(
                "fields",
                "roles",
                self.env._("Roles with own fields"),
                "counterparty.role",
                {"type_id": self._get_types_with_own_fields()},
                action=ROLES,
            ),
            TileEntry(
                "events",
                "interactions",
                self.env._("Interactions"),
                "counterparty.interaction",
                action="counterparty_crm.counterparty_interaction_action",
                reveals=False,
            ),
            *self._get_counterparty_holding_entries(),
        ]

    def _get_types_with_own_fields(self):
        catalogue = self.env["counterparty.type"]._get_catalogue()
        return [type_id for type_id, entry in catalogue.items() if entry.has_own_fields]

    def _prepare_counterparty_tile_context(self, entry):
        """Return the context of the list that an entry opens: new records are this partner's."""
        defaults = {"default_partner_id": self.id}
        if entry.model == "res.partner":
            defaults = {"default_parent_id": self.id}
        elif entry.model == "calendar.event":
            defaults = {"default_partner_ids": [self.id]}
        return {**defaults, **entry.defaults}
