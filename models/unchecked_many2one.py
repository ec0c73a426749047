from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A many2one without a foreign key, for tables that get a row with every posted line.

    A foreign key is a trigger per row, also where the column is empty: twelve of them took a third
    of the time in which a line gets its fact. Whoever uses this field guards what it points to by
    other means; see ``counterparty.sale.fact.reference.mixin``.
    """

    def update_db_foreign_key(self, model, column):
        """Add no foreign key."""
