from . import base_partner_merge
from . import counterparty_contact_effect_query
from . import counterparty_contact_effect
from . import counterparty_contact_effect_line
from . import counterparty_interaction_log
from . import crm_lead_lost
from . import mail_compose_message
from . import counterparty_derivation
from . import counterparty_derivation_line
from . import counterparty_holding_day
from . import counterparty_membership_change
from . import counterparty_membership_import
from . import counterparty_credit_dry_run
from . import counterparty_credit_dry_run_line
from . import counterparty_credit_override
from . import counterparty_ownership
from . import counterparty_ownership_line
from . import counterparty_rights
from . import counterparty_rights_line
from . import counterparty_type_designer

# request
from . import counterparty_request_answer
from . import counterparty_request_ask
from . import counterparty_request_convert
from . import counterparty_request_explanation
from . import counterparty_request_explanation_line
from . import counterparty_request_find
from . import counterparty_request_merge
from . import counterparty_request_phone
from . import counterparty_request_split
from . import counterparty_request_takeover
from . import counterparty_mailbox_setup

# profit
from . import counterparty_attribution_comparison
from . import counterparty_attribution_comparison_line
from . import counterparty_campaign_correction
from . import counterparty_fact_check
from . import counterparty_fact_check_line
from . import counterparty_unit_cost_import

# portal
from . import counterparty_authorization_end
from . import counterparty_visibility
from . import counterparty_visibility_line
from . import counterparty_statement_reply
from . import counterparty_statement_reply_line
