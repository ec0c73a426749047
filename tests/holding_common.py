from odoo import Command, fields

from .common import CounterpartyCase


class HoldingCase(CounterpartyCase):
    """The group of the small world: the head owns foods wholly and freight by 60 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = "counterparty_crm.membership_kind_{}".format
        cls.owned = cls.env.ref(kind("owned"))
        cls.branch = cls.env.ref(kind("branch"))
        cls.franchise = cls.env.ref(kind("franchise"))
        cls.group = cls.env["counterparty.holding"].create(
            {"name": "Northwind", "head_id": cls.holding.id}
        )
        cls.to_foods = cls._membership(cls.holding, cls.foods, 100, date_from="2020-01-01")
        cls.to_freight = cls._membership(cls.holding, cls.freight, 60, date_from="2021-01-01")
        cls.today = fields.Date.today()

    @classmethod
    def _membership(cls, owner, member, equity=0, kind=None, **values):
        return cls.env["counterparty.membership"].create(
            {
                "owner_id": owner.id,
                "member_id": member.id,
                "kind_id": (kind or cls.owned).id,
                "equity": equity,
                **values,
            }
        )

    def _members(self, day=None, group=None):
        """Return the names of a group's members as of a day."""
        group = group or self.group
        day = fields.Date.to_date(day) or self.today
        members = group._get_members(day)[group.id]
        return set(self.env["res.partner"].browse(members).mapped("name"))

    @classmethod
    def _invoice(cls, partner, amount, post=True, kind="out_invoice", **values):
        move = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "invoice_date": cls.today,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": amount, "tax_ids": [Command.clear()]}
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def _amount_order(self, partner, amount, **values):
        """Create a quotation of an amount without taxes."""
        return self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.service.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
