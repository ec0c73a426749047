"""What a timeline consists of: which models, how they are dated and what a row shows of them."""

from odoo.tools.translate import LazyTranslate

from ..tools.timeline import Leg
from .counterparty_interaction_fill import DOCUMENTS

_lt = LazyTranslate(__name__)

PAPERS = {model: partner for model, partner in DOCUMENTS.items() if model != "res.partner"}
SAID = ("comment", "email", "email_outgoing")
# found in three ways, and shown once
SAID_ONCE = ("message_type", "in", SAID)
# what a program wrote to somebody: that an order is confirmed, that goods are on their way
WRITTEN = ("notification", "auto_comment")
# of an activity: what was to be done, and what was agreed
PLANNED_TEXTS = ("summary", "note", "feedback")

# in the order of the chips: (name of a row, name of the chip, icon)
KINDS = {
    "message": (_lt("Message"), _lt("Messages"), "fa-envelope-o"),
    "activity": (_lt("Activity"), _lt("Activities"), "fa-clock-o"),
    "interaction": (_lt("Interaction"), _lt("Interactions"), "fa-comments-o"),
    "meeting": (_lt("Meeting"), _lt("Meetings"), "fa-calendar"),
    "lead": (_lt("Opportunity"), _lt("Opportunities"), "fa-star-o"),
    "quotation": (_lt("Quotation"), _lt("Quotations"), "fa-file-text-o"),
    "order": (_lt("Order"), _lt("Orders"), "fa-shopping-cart"),
    "delivery": (_lt("Delivery"), _lt("Deliveries"), "fa-truck"),
    "invoice": (_lt("Invoice"), _lt("Invoices"), "fa-book"),
    "credit_note": (_lt("Credit note"), _lt("Credit notes"), "fa-undo"),
    "payment_in": (_lt("Payment received"), _lt("Payments received"), "fa-arrow-circle-down"),
    "purchase": (_lt("Purchase order"), _lt("Purchase orders"), "fa-shopping-basket"),
    "receipt": (_lt("Receipt"), _lt("Receipts"), "fa-cubes"),
    "transfer": (_lt("Transfer"), _lt("Transfers"), "fa-exchange"),
    "bill": (_lt("Bill"), _lt("Bills"), "fa-file-o"),
    "payment_out": (_lt("Payment sent"), _lt("Payments sent"), "fa-arrow-circle-up"),
    "request": (_lt("Request"), _lt("Requests"), "fa-ticket"),
    "document": (_lt("Document"), _lt("Documents"), "fa-folder-open-o"),
}

# the colour of a state; what is not named here is grey
TONES = {
    "danger": ("cancel", "canceled", "rejected", "expired", "overdue", "lost", "merged"),
    "success": ("sale", "purchase", "done", "paid", "in_payment", "solved", "closed", "won"),
    "info": ("draft", "sent", "to approve", "new", "planned", "future"),
    "warning": ("not_paid", "partial", "waiting", "confirmed", "open", "assigned", "expiring"),
}


def _messages(partner, where, once=""):
    return Leg(
        "mail.message",
        {"message": ()},
        ("date",),
        partner=partner,
        texts=("subject", "body"),
        where=where,
        checked=True,
        once=once,
    )


def _bank(kind, direction):
    """Return the leg of money that the bank tells of, and no payment: the line's own entry."""
    return Leg(
        "account.move",
        {kind: ()},
        ("date",),
        by_day=True,
        titles=("name",),
        subtitle="statement_line_id.payment_ref",
        texts=("name", "ref", "statement_line_id.payment_ref"),
        amount="bank_amount",
        currency="bank_currency",
        where=(
            ("statement_line_id", "!=", False),
            ("state", "=", "posted"),
            ("statement_line_id.amount", direction, 0),
        ),
        once="bank",
        reads=("account.bank.statement.line",),
    )


SALES = [
    Leg(
        "sale.order",
        {"quotation": ("draft", "sent", "cancel"), "order": ("sale",)},
        ("date_order",),
        kind_field="state",
        titles=("name",),
        subtitle="client_order_ref",
        texts=("name", "client_order_ref", "origin"),
        amount="amount_total",
        states=("state",),
    ),
    Leg(
        "crm.lead",
        {"lead": ()},
        ("create_date",),
        titles=("name",),
        texts=("name",),
        amount="expected_revenue",
        currency="company_id.currency_id",
        states=("won_status",),
        # lost ones are archived, and history all the same
        where=(("active", "in", [True, False]),),
    ),
]
PURCHASES = [
    Leg(
        "purchase.order",
        {"purchase": ()},
        ("date_order",),
        titles=("name",),
        subtitle="partner_ref",
        texts=("name", "partner_ref", "origin"),
        amount="amount_total",
        states=("state",),
    ),
]
STOCK = [
    Leg(
        "stock.picking",
        # by the code of the type of operation
        {
            "delivery": ("outgoing", "dropship"),
            "receipt": ("incoming",),
            # to the door and from there: the address stands on them, too
            "transfer": ("internal", "mrp_operation"),
        },
        ("date_done", "scheduled_date"),
        kind_field="picking_type_id",
        titles=("name",),
        subtitle="origin",
        texts=("name", "origin"),
        states=("state",),
    ),
]
MONEY = [
    Leg(
        "account.move",
        {
            "invoice": ("out_invoice", "out_receipt"),
            "credit_note": ("out_refund", "in_refund"),
            "bill": ("in_invoice", "in_receipt"),
        },
        ("invoice_date", "date"),
        by_day=True,
        kind_field="move_type",
        titles=("name",),
        subtitle="ref",
        texts=("name", "ref", "payment_reference"),
        amount="amount_total",
        states=("state", "payment_state"),
        settled="posted",
        where=(("move_type", "!=", "entry"),),
    ),
    Leg(
        "account.payment",
        {"payment_in": ("inbound",), "payment_out": ("outbound",)},
        ("date",),
        by_day=True,
        kind_field="payment_type",
        titles=("name",),
        subtitle="memo",
        texts=("name", "memo"),
        amount="amount",
        states=("state",),
    ),
    _bank("payment_in", ">"),
    _bank("payment_out", "<"),
]
CONTACTS = [
    # logged by hand; those of documents repeat what other legs show
    Leg(
        "counterparty.interaction",
        {"interaction": ()},
        ("date",),
        titles=("note",),
        texts=("note",),
        states=("kind",),
        where=(("origin", "=", "manual"),),
    ),
    Leg("calendar.event", {"meeting": ()}, ("start",), partner="partner_ids", texts=("name",)),
    Leg(
        "mail.activity",
        {"activity": ()},
        ("date_done", "date_deadline"),
        by_day=True,
        partner="res_id",
        texts=PLANNED_TEXTS,
        # what is done is archived
        where=(("res_model", "=", "res.partner"), ("active", "in", [True, False])),
        checked=True,
    ),
    _messages("res_id", (("model", "=", "res.partner"), SAID_ONCE)),
    # what they wrote, and what was written to them, under other documents
    _messages("author_id", (SAID_ONCE,), "author"),
    _messages("partner_ids", (SAID_ONCE,), "recipient"),
    _messages(
        "partner_ids", (("message_type", "in", WRITTEN), ("subtype_id.internal", "=", False))
    ),
]
OWN = [
    Leg(
        "counterparty.request",
        {"request": ()},
        ("create_date",),
        titles=("number", "name"),
        subtitle="name",
        texts=("number", "name"),
        states=("state",),
    ),
    Leg(
        "counterparty.document",
        {"document": ()},
        ("date_issue", "date_from", "create_date"),
        by_day=True,
        titles=("number", "name"),
        subtitle="name",
        texts=("number", "name"),
        amount="amount",
    ),
]
# what was done about documents is counted as a contact, or a to-do that is done; what is planned is
# an open activity
ABOUT = [
    Leg(
        "counterparty.interaction",
        {"activity": ()},
        ("date",),
        where=(("res_model", "=", "mail.activity"), ("origin", "!=", "manual")),
        once="own_activity",
    ),
    Leg(
        "mail.activity",
        {"activity": ()},
        ("date_done",),
        by_day=True,
        partner="counterparty_partner_id",
        texts=PLANNED_TEXTS,
        where=(("active", "=", False),),
        checked=True,
        once="counted",
    ),
    Leg(
        "mail.activity",
        {"activity": ()},
        ("date_deadline",),
        by_day=True,
        partner="",
        texts=PLANNED_TEXTS,
        where=(("res_model", "in", tuple(PAPERS)),),
        checked=True,
        documents=PAPERS,
    ),
]
# the place of a leg orders rows of one moment: documents in the order in which they follow
LEGS = [*MONEY, *STOCK, *PURCHASES, *SALES, *OWN, *CONTACTS, *ABOUT]
