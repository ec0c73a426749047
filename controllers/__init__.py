# counterparty
from . import history

# request
from . import portal_request
from . import public_request

# portal
from . import portal_common
from . import portal_company
from . import portal_document
from . import portal_expense
from . import portal_lists
from . import portal_manage
from . import portal_offer
from . import portal_pages
from . import portal_preview
from . import portal_prices
from . import portal_topics
from . import portal_paper
from . import portal_statement
from . import portal_host_payment
from . import portal_key
from . import portal_payment
from . import statement

# profit
from . import export
