"""Say by a group who may read links of documents; let statements know the paper kept of them."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let visitors read links where no company goes by authorizations; find kept papers."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"]._open_portal_links()
    # by the mark it bore; the first one is what was sent
    cr.execute(
        """UPDATE counterparty_statement said SET paper_id = kept.id
             FROM (SELECT DISTINCT ON (res_id) id, res_id, description FROM ir_attachment
                    WHERE res_model = 'counterparty.statement' AND description IS NOT NULL
                    ORDER BY res_id, id) kept
            WHERE kept.res_id = said.id AND said.paper_id IS NULL AND said.state != 'cancelled'
              AND kept.description LIKE said.fingerprint || ' %'"""
    )
