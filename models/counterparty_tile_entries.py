"""What the tiles of a dossier count among the host's records, and which list each one opens."""

from odoo.tools.translate import LazyTranslate

from ..tools.dossier import TileEntry

_lt = LazyTranslate(__name__)

PERSON = {"active": [True], "is_company": [False]}
VALID = {"state": ["draft", "posted"]}
OPERATION = "picking_type_id.code"
CONTACTS = "contacts.action_contacts"
PICKINGS = "stock.action_picking_tree_all"
ARTICLES = "product.product_supplierinfo_type_action"

PEOPLE = [
    TileEntry(
        "contacts",
        "persons",
        _lt("Contact persons"),
        "res.partner",
        {**PERSON, "type": ["contact"]},
        action=CONTACTS,
        defaults={"default_type": "contact", "default_is_company": False},
    ),
    TileEntry(
        "addresses",
        "addresses",
        _lt("Addresses"),
        "res.partner",
        {**PERSON, "type": ["invoice", "delivery", "other"]},
        action=CONTACTS,
        defaults={"default_type": "delivery", "default_is_company": False},
    ),
    TileEntry(
        "holding",
        "below",
        _lt("Companies below"),
        "res.partner",
        {"active": [True], "is_company": [True]},
        action=CONTACTS,
        defaults={"default_is_company": True},
    ),
    TileEntry("events", "meetings", _lt("Meetings"), "calendar.event"),
    TileEntry("events", "activities", _lt("Planned activities"), "mail.activity"),
    TileEntry("files", "attachments", _lt("Attachments"), "ir.attachment"),
    TileEntry("users", "logins", _lt("Portal log-ins"), "res.users", {"share": [True]}),
]
TRADE = [
    TileEntry(
        "offers",
        "open",
        _lt("Open quotations"),
        "sale.order",
        {"state": ["draft", "sent"]},
        action="sale.action_quotations",
    ),
    TileEntry(
        "offers",
        "lost",
        _lt("Cancelled quotations"),
        "sale.order",
        {"state": ["cancel"]},
        action="sale.action_quotations",
    ),
    TileEntry(
        "sales",
        "orders",
        _lt("Orders"),
        "sale.order",
        {"state": ["sale"]},
        action="sale.action_orders",
    ),
    TileEntry(
        "purchases",
        "requests",
        _lt("Requests for quotation"),
        "purchase.order",
        {"state": ["draft", "sent", "to approve"]},
        action="purchase.purchase_rfq",
    ),
    TileEntry(
        "purchases",
        "orders",
        _lt("Purchase orders"),
        "purchase.order",
        {"state": ["purchase"]},
        action="purchase.purchase_form_action",
    ),
    TileEntry("articles", "articles", _lt("Articles"), "product.supplierinfo", action=ARTICLES),
    TileEntry(
        "stock",
        "receipts",
        _lt("Receipts"),
        "stock.picking",
        {OPERATION: ["incoming"]},
        action=PICKINGS,
    ),
    TileEntry(
        "stock",
        "deliveries",
        _lt("Deliveries"),
        "stock.picking",
        {OPERATION: ["outgoing"]},
        action=PICKINGS,
    ),
    TileEntry(
        "stock",
        "other",
        _lt("Other operations"),
        "stock.picking",
        {OPERATION: ["internal", "dropship", "mrp_operation"]},
        action=PICKINGS,
    ),
    TileEntry(
        "discounts",
        "articles",
        _lt("Discounted articles"),
        "product.supplierinfo",
        without={"discount": [0.0]},
        action=ARTICLES,
    ),
    # where the host's loyalty programmes are installed
    TileEntry("cards", "loyalty", _lt("Loyalty cards"), "loyalty.card"),
]
MONEY = [
    TileEntry("banks", "accounts", _lt("Their accounts"), "res.partner.bank"),
    TileEntry(
        "banks",
        "ours",
        _lt("Our accounts held there"),
        "account.journal",
        {"type": ["bank", "credit"]},
    ),
    TileEntry(
        "financial",
        "sales",
        _lt("Customer documents"),
        "account.move",
        {"move_type": ["out_invoice", "out_refund", "out_receipt"], **VALID},
        action="account.action_move_out_invoice_type",
    ),
    TileEntry(
        "financial",
        "bills",
        _lt("Supplier documents"),
        "account.move",
        {"move_type": ["in_invoice", "in_refund", "in_receipt"], **VALID},
        action="account.action_move_in_invoice_type",
    ),
    TileEntry(
        "financial",
        "entries",
        _lt("Other entries"),
        "account.move",
        {"move_type": ["entry"], **VALID},
        action="account.action_move_journal_line",
    ),
    TileEntry(
        "payments",
        "received",
        _lt("Payments received"),
        "account.payment",
        {"payment_type": ["inbound"]},
        action="account.action_account_payments",
    ),
    TileEntry(
        "payments",
        "sent",
        _lt("Payments sent"),
        "account.payment",
        {"payment_type": ["outbound"]},
        action="account.action_account_payments_payable",
    ),
]
HOST_ENTRIES = PEOPLE + TRADE + MONEY
