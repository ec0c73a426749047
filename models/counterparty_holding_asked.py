from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain

from .counterparty_holding_walk import AS_OF


class CounterpartyHoldingAskedMixin(models.AbstractModel):
    """A query of groups as of the day that a search asks for.

    The day is that of a condition on ``as_of``, else of the context, else today. Whoever may read
    may ask: no group has to be written for it.
    """

    _name = "counterparty.holding.asked.mixin"
    _description = "Figures of groups as of a day"

    as_of = fields.Date(
        "Members as of", readonly=True, help="Who belongs to the group on this day."
    )

    @api.model
    def _as_asked(self, domain):
        """Return the model with the day that a domain asks for: what is read later has it too."""
        for condition in Domain(domain).iter_conditions():
            if condition.field_expr == "as_of" and condition.operator in ("=", "in"):
                value = condition.value
                days = [value] if isinstance(value, str | date) else list(value or ())
                if days and days[0]:
                    day = fields.Date.to_string(fields.Date.to_date(days[0]))
                    return self.with_context(**{AS_OF: day})
        return self

    @api.model
    def _search(self, domain, *args, **kwargs):
        model = self._as_asked(domain)
        return super(CounterpartyHoldingAskedMixin, model)._search(domain, *args, **kwargs)

    @api.model
    def search_fetch(self, domain, *args, **kwargs):
        """Search rows, with the members of the day that the domain names."""
        model = self._as_asked(domain)
        return super(CounterpartyHoldingAskedMixin, model).search_fetch(domain, *args, **kwargs)

    @api.model
    @api.readonly
    def web_read_group(self, domain, *args, **kwargs):
        """Read groups and the rows in them, with the members of the day that the domain names."""
        model = self._as_asked(domain)
        return super(CounterpartyHoldingAskedMixin, model).web_read_group(domain, *args, **kwargs)
