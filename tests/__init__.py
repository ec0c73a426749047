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
from . import test_res_partner_counterparty
from . import test_res_partner_search
from . import test_res_partner_import
from . import test_access
from . import test_access_profit
from . import test_counterparty_derivation
from . import test_counterparty_rights
from . import test_onboarding_counterparty
from . import test_res_config_settings
from . import test_hooks
from . import test_counterparty_role_invoice
from . import test_story_counterparty
from . import test_tour_counterparty_role
from . import test_views

# profit
from . import test_tools_attribution
from . import test_tools_ratio
from . import test_tools_reversal
from . import test_counterparty_sale_fact
from . import test_counterparty_sale_fact_attribution
from . import test_counterparty_sale_fact_cost
from . import test_counterparty_sale_fact_credit
