"""What a posted sales line cost: which answer counts, and how sure it is."""

# the first basis that answers gives the cost of a line
MIRROR = "mirror"  # the line that this one reverses
LEDGER = "ledger"  # cost of goods sold in the journal entry of the line
DELIVERY = "delivery"  # value of the goods that left for it
ORDER = "order"  # cost on the order line, at the invoice date
STANDARD = "standard"  # cost of the product in the invoice's company
COST_ORDER = (MIRROR, LEDGER, DELIVERY, ORDER, STANDARD)

# what replaces the basis for other reasons
ESTIMATED = "estimated"  # cost of today for a line posted before installation
GIVEN = "given"  # unit cost of a past period, read from a file
SETTLED = "settled"  # what a provisional cost became when the goods left
SERVICE = "service"  # a service that nobody gave a cost: counted apart like goods without
FREE = "free"  # a service of a company that says: our services cost nothing
DISCOUNT = "discount"  # takes off the price of others: costs nothing, and lowers the profit
ADVANCE = "advance"  # a down payment: no goods, no profit
KEPT = "kept"  # a credit of the price alone: the goods stay with the customer
MISSING = "missing"  # goods without a cost: counted apart, never a full margin

# an answer that a later delivery settles, and none at all
PROVISIONAL = (ORDER, STANDARD, MISSING)

# revenue with these is neither profit nor loss
UNKNOWN = (MISSING, SERVICE)
# what the posting did not know for sure: a file of unit costs may tell it later
UNSURE = (MISSING, SERVICE, ESTIMATED)

# what a line is told anew when its facts are written again; other answers stay as they were
ASKED_ANEW = (MIRROR, ADVANCE, KEPT, MISSING, SERVICE)
