# counterparty
from . import counterparty_merge_mixin
from . import counterparty_role_source_mixin
from . import counterparty_section
from . import counterparty_type
from . import counterparty_role_derivation
from . import counterparty_role
from . import counterparty_handover
from . import counterparty_handover_line
from . import res_partner_dossier

# host
from . import account_move
from . import account_payment
from . import crm_lead
from . import onboarding_onboarding
from . import onboarding_onboarding_step
from . import purchase_order
from . import res_bank
from . import res_config_settings
from . import res_partner
from . import sale_order
from . import sale_order_line
from . import sale_report
