# counterparty
from . import counterparty_merge_mixin
from . import counterparty_role_source_mixin
from . import counterparty_holding_role_mixin
from . import counterparty_section
from . import counterparty_type
from . import counterparty_role_derivation
from . import counterparty_role
from . import counterparty_handover
from . import counterparty_handover_line

# holding
from . import counterparty_holding_group_mixin
from . import counterparty_membership_kind
from . import counterparty_membership
from . import counterparty_holding
from . import counterparty_holding_limit
from . import counterparty_holding_reserve
from . import counterparty_holding_balance
from . import counterparty_group_credit
from . import counterparty_holding_member
from . import counterparty_holding_figure

# host
from . import account_move
from . import account_move_line
from . import account_payment_term
from . import crm_lead
from . import onboarding_onboarding
from . import onboarding_onboarding_step
from . import purchase_order
from . import res_company
from . import res_config_settings
from . import res_partner_holding
from . import res_partner
from . import sale_order_credit
from . import sale_order
from . import sale_order_line
from . import sale_report
