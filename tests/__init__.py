from . import test_tools_banner
from . import test_tools_periods
from . import test_tools_rights
from . import test_tools_roles

from . import test_counterparty_type
from . import test_counterparty_section
from . import test_counterparty_role
from . import test_counterparty_role_rules
from . import test_counterparty_role_responsible
from . import test_counterparty_role_derivation
from . import test_counterparty_role_fill
from . import test_counterparty_role_merge
from . import test_counterparty_role_parent
from . import test_counterparty_handover
