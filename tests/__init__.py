from . import test_tools_banner
from . import test_tools_periods
from . import test_tools_rights
from . import test_tools_roles
