from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.documents import normalised_number

# found by their number: there is one of each
NUMBERED = ("card", "customs")


class CounterpartyDocumentNumberMixin(models.AbstractModel):
    """Numbers of the register; those of cards and declarations are unique, however written."""

    _name = "counterparty.document.number.mixin"
    _description = "Numbers of documents"

    kind_id = fields.Many2one("counterparty.document.kind")
    number = fields.Char(
        index="btree_not_null",
        copy=False,
        tracking=True,
        help="As printed: the number of a contract or card, the MRN of a customs declaration.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        Kind = self.env["counterparty.document.kind"]
        kinds = [Kind.browse(vals.get("kind_id")) for vals in vals_list]
        prepared = [
            self._prepare_numbers(vals, kind) for vals, kind in zip(vals_list, kinds, strict=True)
        ]
        numbers = defaultdict(list)
        for vals, kind in zip(prepared, kinds, strict=True):
            numbers[kind.usage].append(vals.get("number"))
        for usage, taken in numbers.items():
            self._refuse_taken_numbers(usage, taken)
        return super().create(prepared)

    def write(self, vals):
        if vals.get("number") and len(self.kind_id) == 1:
            vals = self._prepare_numbers(vals, self.kind_id)
        if "number" not in vals and "kind_id" not in vals:
            return super().write(vals)
        kind = self.kind_id.browse(vals["kind_id"]) if "kind_id" in vals else self.kind_id[:1]
        numbers = [vals["number"]] if "number" in vals else self.mapped("number")
        self._refuse_taken_numbers(kind.usage, numbers)
        result = super().write(vals)
        self._normalise_numbers()
        return result

    def copy_data(self, default=None):
        for document in self if "number" not in (default or {}) else ():
            if document.usage in NUMBERED:
                raise UserError(
                    self.env._(
                        "“%(document)s” is found by its number, which is there once: it cannot "
                        "be duplicated. Create a new document instead.",
                        document=document.display_name,
                    )
                )
        return super().copy_data(default)

    def _normalise_numbers(self):
        """Write numbers as they are compared where a document has become a card or declaration."""
        for document in self:
            number = self._prepare_numbers({"number": document.number}, document.kind_id)["number"]
            if number != document.number:
                document.number = number

    @api.model
    def _prepare_numbers(self, vals, kind):
        """Return values with the number of a card or declaration as it is compared and scanned."""
        if vals.get("number") and kind.usage in NUMBERED:
            vals = dict(vals, number=normalised_number(vals["number"]))
        return vals

    def _refuse_taken_numbers(self, usage, numbers):
        """Refuse numbers that other cards or declarations have, and say which and where.

        The unique index would say that there is one, and not that it lies in the archive.

        :param usage: what the documents record
        :raises UserError: names the document that has the number
        """
        wanted = {normalised_number(number) for number in numbers} - {None}
        if usage not in NUMBERED or not wanted:
            return
        # one that the user may not see has the number all the same
        every = self.sudo().with_context(active_test=False)
        domain = Domain("usage", "=", usage) & Domain("number", "in", list(wanted))
        taken = every.search(domain & Domain("id", "not in", self.ids), limit=1)
        if taken:
            raise UserError(taken.with_env(self.env)._get_taken_message())

    def _get_taken_message(self):
        """Return that the document's number is taken, and where the one that has it is found."""
        self.ensure_one()
        if not self.has_access("read"):
            # a document of another company
            number = self.sudo().number
            return self.env._("The number %(number)s is taken in another company.", number=number)
        names = {"document": self.display_name, "partner": self.partner_id.display_name}
        if self.active:
            return self.env._("There is already “%(document)s”, of %(partner)s.", **names)
        return self.env._(
            "“%(document)s”, of %(partner)s, has this number and lies in the archive. "
            "Take it out of the archive instead of entering it again.",
            **names,
        )
