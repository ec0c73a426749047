"""Let corrections keep the periods that they were reported in, and deliveries settle no cost."""


def migrate(cr, version):
    """Fill what newer versions write with each correction and posting."""
    # the last closed day when it was made: the day before the first row that had to be moved
    cr.execute(
        """UPDATE counterparty_sale_correction correction
              SET lock_date = COALESCE(moved.day - 1, '0001-01-01')
             FROM (SELECT row.correction_id, MIN(row.date) FILTER (WHERE row.date > sale.date)
                          AS day
                     FROM counterparty_sale_fact row
                     JOIN counterparty_sale_fact sale
                       ON sale.move_id = row.move_id AND sale.line_id = row.line_id
                      AND sale.kind = 'posting'
                    WHERE row.correction_id IS NOT NULL
                    GROUP BY row.correction_id) moved
            WHERE moved.correction_id = correction.id AND correction.lock_date IS NULL"""
    )
    # goods that had no cost when they were invoiced get it when they leave
    cr.execute(
        """UPDATE counterparty_sale_fact fact SET is_provisional = TRUE
             FROM sale_order_line_invoice_rel rel, product_product product,
                  product_template template
            WHERE rel.invoice_line_id = fact.line_id AND product.id = fact.product_id
              AND template.id = product.product_tmpl_id AND template.is_storable
              AND fact.kind = 'posting' AND fact.cost_basis = 'missing'
              AND fact.is_provisional IS NOT TRUE"""
    )
