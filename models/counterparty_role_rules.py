from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import roles as role_rules
from ..tools.periods import Period, is_valid, overlap
from .counterparty_role_merge import REPLACED


class CounterpartyRoleRulesMixin(models.AbstractModel):
    """What roles must keep to: who may play them, one at a time, and none with business deleted."""

    _name = "counterparty.role.rules.mixin"
    _description = "Rules of roles"

    @api.constrains("partner_id", "type_id")
    def _check_kind_of_partner(self):
        for role in self:
            if role._fits(role.partner_id):
                continue
            names = {
                "type": role.type_id.name,
                "partner": role.partner_id.display_name,
            }
            if role.partner_id.is_company:
                raise ValidationError(
                    self.env._(
                        "“%(type)s” is a role for persons, and %(partner)s is a company. "
                        "Choose one of its contacts.",
                        **names,
                    )
                )
            raise ValidationError(
                self.env._(
                    "“%(type)s” is a role for companies, and %(partner)s is a person. "
                    "Choose a company or mark the contact as company.",
                    **names,
                )
            )

    def _fits(self, partner):
        """Tell whether the type of the role is for companies or persons as the partner is."""
        return self.type_id.for_company if partner.is_company else self.type_id.for_person

    def _refuse_overlaps(self, vals_list):
        """Refuse values whose period shares a day with another role of that partner and type.

        Asked before the values are written: the unique index would answer first and knows neither
        the other role nor its dates.

        :param vals_list: values that roles, ``self`` where they exist, are about to have
        :raises ValidationError: names the other role and its dates
        """
        partners = {vals.get("partner_id") for vals in vals_list} - {None, False}
        taken = defaultdict(list)
        # a role of another company, or of somebody else, is in the way all the same
        for other in self.sudo().search(
            [("partner_id", "in", list(partners)), ("id", "not in", self.ids)]
        ):
            taken[other.partner_id.id, other.type_id.id].append(other._get_period())
        for vals in vals_list:
            key = vals.get("partner_id"), vals.get("type_id")
            period = Period(
                fields.Date.to_date(vals.get("date_from")) or None,
                fields.Date.to_date(vals.get("date_to")) or None,
            )
            if not all(key) or not is_valid(period):
                continue  # the required fields and the check of the dates say so
            for other in taken[key]:
                if overlap(period, other):
                    self._raise_overlap(*key, other)
            taken[key].append(period)

    def _raise_overlap(self, partner_id, type_id, other):
        raise ValidationError(
            self.env._(
                "%(partner)s is already %(type)s from %(start)s to %(end)s. "
                "End that role or choose dates outside its period.",
                partner=self.env["res.partner"].browse(partner_id).display_name,
                type=self.env["counterparty.type"].browse(type_id).name,
                start=self._format_day(other.start),
                end=self._format_day(other.end),
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_business(self):
        """Refuse to delete a role that business was done in: it is ended and stays readable."""
        if self.env.context.get(REPLACED):
            return
        for role in self.filtered("date_business"):
            raise UserError(
                self.env._(
                    "%(partner)s has done business as %(type)s since %(day)s. "
                    "End the role instead of deleting it.",
                    partner=role.partner_id.display_name,
                    type=role.type_id.name,
                    day=self._format_day(role.date_business),
                )
            )
        for role in self.filtered(lambda role: role._has_open_papers()):
            raise UserError(
                self.env._(
                    "%(partner)s has valid documents as %(type)s. "
                    "End the role instead of deleting it: its sections stay while they hold any.",
                    partner=role.partner_id.display_name,
                    type=role.type_id.name,
                )
            )

    def _has_open_papers(self):
        """Tell whether the register holds valid documents that no other role of today accounts for.

        Contacts, addresses and files belong to everybody and prove no role. Personal documents
        count for nobody: a refusal would tell those who may not see them that they exist.
        """
        others = self.partner_id._get_counterparty_roles().filtered(
            lambda role: role != self and role.state in (role_rules.PROSPECT, role_rules.ACTIVE)
        )
        sections = self.type_id.section_ids - others.type_id.section_ids
        # a document that the user may not see is open all the same
        papers = self.env["counterparty.document"].sudo()
        domain = Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
        domain &= Domain("section_id", "in", sections.ids) & Domain("has_validity", "=", True)
        domain &= Domain("is_personal", "=", False)
        domain &= Domain("date_to", "=", False) | Domain("date_to", ">=", "today")
        return bool(papers.search_count(domain, limit=1))

    def _format_day(self, day):
        return format_date(self.env, day) if day else self.env._("without limit")
