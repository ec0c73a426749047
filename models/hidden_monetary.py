from odoo import fields


class HiddenMonetary(fields.Monetary):
    """A computed amount that is nothing, instead of zero, for whoever may not see it.

    The host's amounts know no nothing: a list, a form and a sheet would show 0.00 to somebody from
    whom the amount is kept, as if it were known. Computing assigns False there.
    """

    def convert_to_cache(self, value, record, validate=True):
        if value is False or value is None:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if value is False else super().convert_to_export(value, record)
