# request
from . import portal_request
from . import public_request

# portal
from . import portal_common

# profit
from . import export
