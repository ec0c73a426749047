from odoo import api, fields, models

from ..tools.authorization import ALL
from .portal_mixin import LINK_FIELD

REQUEST = "counterparty.request"
# links that are renewed together when somebody loses access
TOKEN_MODELS = ("account.move", "sale.order", "purchase.order", "counterparty.statement", REQUEST)
# who has been down for longer is told by the dates
CAUGHT_UP_DAYS = 30


class CounterpartyAuthorizationLink(models.AbstractModel):
    """What becomes of links to papers when somebody who has seen them loses access."""

    _name = "counterparty.authorization.link.mixin"
    _description = "Links Seen with an Authorization"

    renews_links = fields.Boolean(
        "Renew Links When It Runs Out",
        default=True,
        tracking=True,
        help="Links to invoices, orders, statements and requests open without signing in. On the "
        "day after the last one, those seen or mailed so far stop working for everybody; mails "
        "sent from then on carry new ones.",
    )
    links_renewed_on = fields.Datetime(readonly=True, copy=False)

    # ------------------------------------------------------------
    # However it ends, and begins again
    # ------------------------------------------------------------

    def write(self, vals):
        """Take away at once what an end takes away, also of who archives or moves the last day."""
        if not {"active", "date_to"} & vals.keys():
            return super().write(vals)
        in_force = self.filtered(lambda row: row.state != "ended")
        result = super().write(vals)
        gone = in_force.filtered(lambda row: row.state == "ended" and not row.ended_on)
        gone._lose()
        # what is prolonged or brought back ends anew
        again = self.filtered(
            lambda row: row.state != "ended" and (row.links_renewed_on or row.ended_on)
        )
        again.write({"links_renewed_on": False, "ended_on": False, "ended_by_id": False})
        return result

    def unlink(self):
        self.filtered(lambda row: row.state != "ended").write({"active": False})
        return super().unlink()

    def _lose(self):
        """Note who ended it by hand, let its links die and its followers go."""
        now = fields.Datetime.now()
        archived = self.filtered(lambda row: not row.active)
        archived.write({"ended_by_id": self.env.uid, "ended_on": now})
        self._drop_followers()
        self.filtered(lambda row: row.renews_links and not row._is_followed())._renew_links()

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def _renew_links(self):
        """Make links to papers of the companies useless that were given away before.

        :return: how many papers have a new link from now on
        """
        count = 0
        for name in TOKEN_MODELS:
            # whoever ends an authorization takes away its links, whatever else he may read
            records = self.env[name].sudo()
            for row in self:
                # whoever saw its own requests alone goes on with them
                if name == REQUEST and row.request_scope != ALL:
                    continue
                domain = [
                    ("partner_id.commercial_partner_id", "=", row.partner_id.id),
                    ("access_token", "!=", False),
                ]
                if row.company_id:
                    domain.append(("company_id", "=", row.company_id.id))
                if name == REQUEST:
                    domain.append(("partner_id", "!=", row.representative_id.id))
                found = records.search(domain)
                found.write({LINK_FIELD: False})
                # files were seen with tokens of their own
                files = self.env["ir.attachment"].sudo()
                files.search(
                    [
                        ("res_model", "=", name),
                        ("res_id", "in", records._search(domain[:1])),
                        ("access_token", "!=", False),
                    ]
                ).write({LINK_FIELD: False})
                count += len(found)
        self.links_renewed_on = fields.Datetime.now()
        return count

    @api.model
    def _cron_renew_links(self):
        """Renew the links of what has run out; those ended by hand were asked for there."""
        today = self.env.company._get_portal_day()
        ended = self.search(
            [
                ("state", "=", "ended"),
                ("date_to", ">=", fields.Date.subtract(today, days=CAUGHT_UP_DAYS)),
                ("renews_links", "=", True),
                ("links_renewed_on", "=", False),
            ],
            order="id",
        )
        self.env["ir.cron"]._commit_progress(remaining=len(ended))
        for row in ended:
            claimed = row.try_lock_for_update()
            claimed.invalidate_recordset(["links_renewed_on"])
            if claimed and not claimed.links_renewed_on and not claimed._is_followed():
                claimed._renew_links()
                claimed._drop_followers()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _is_followed(self):
        """Tell whether the same person still represents the company: it loses nothing."""
        self.ensure_one()
        domain = [
            ("representative_id", "=", self.representative_id.id),
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "in", (False, self.company_id.id)),
        ]
        return bool(self.search_count([*domain, *self._domain_in_force()], limit=1))
