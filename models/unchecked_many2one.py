from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A many2one without a foreign key, for tables that get a row with every posted line.

    A foreign key is a trigger per row: seven of them were 12 of the 100 µs that the posting of a
    line takes here, and half a minute of the first million. Whoever uses this field guards what
    it points to by other means; see ``counterparty.sale.fact.reference.mixin``.
    """

    def update_db_foreign_key(self, model, column):
        """Add no foreign key."""
