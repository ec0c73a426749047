# counterparty
from . import history

# request
from . import portal_request
from . import public_request

# profit
from . import export
