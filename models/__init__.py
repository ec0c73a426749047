# counterparty
from . import counterparty_merge_mixin
from . import counterparty_role_source_mixin
from . import counterparty_section
from . import counterparty_type
from . import counterparty_role_derivation
from . import counterparty_role
from . import counterparty_handover
from . import counterparty_handover_line

# campaign
from . import counterparty_interaction

# profit
from . import counterparty_cost
from . import counterparty_sale_dimension_mixin
from . import counterparty_sale_fact_cost
from . import counterparty_sale_fact_campaign
from . import counterparty_sale_fact_mirror
from . import counterparty_sale_fact_build
from . import counterparty_sale_fact_recost
from . import counterparty_sale_fact_check
from . import counterparty_sale_correction
from . import counterparty_sale_fact
from . import res_partner_profit

# host
from . import account_move
from . import account_move_line
from . import crm_lead
from . import onboarding_onboarding
from . import onboarding_onboarding_step
from . import purchase_order
from . import res_company
from . import res_config_settings
from . import res_partner
from . import sale_order
from . import sale_order_line
from . import sale_report
from . import utm_campaign
from . import utm_medium
from . import utm_source
