# counterparty
from . import counterparty_core_mixin
from . import counterparty_merge_mixin
from . import counterparty_role_source_mixin
from . import counterparty_holding_role_mixin
from . import counterparty_section
from . import counterparty_requirement
from . import counterparty_type_fields
from . import counterparty_type
from . import counterparty_role_derivation
from . import counterparty_role_fields
from . import counterparty_role_merge
from . import counterparty_role
from . import counterparty_handover
from . import counterparty_handover_line
from . import counterparty_document_kind
from . import counterparty_document_privacy
from . import counterparty_document_rental
from . import counterparty_personal_trace_mixin
from . import counterparty_document_card
from . import counterparty_document_customs
from . import counterparty_document_agreement
from . import counterparty_document
from . import counterparty_document_discount
from . import counterparty_document_period
from . import res_partner_balance
from . import res_partner_dossier
from . import res_partner_document
from . import res_partner_duplicate
from . import sale_order_card

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

# campaign
from . import counterparty_interaction

# profit
from . import counterparty_cost
from . import counterparty_sale_dimension_mixin
from . import unchecked_many2one
from . import counterparty_sale_fact_reference
from . import counterparty_sale_fact_cost
from . import counterparty_sale_fact_campaign
from . import counterparty_sale_fact_mirror
from . import counterparty_sale_fact_build
from . import counterparty_sale_fact_recost
from . import counterparty_sale_fact_check
from . import counterparty_sale_fact_kept
from . import counterparty_sale_correction
from . import counterparty_sale_fact
from . import res_partner_profit

# host
from . import account_move
from . import account_payment
from . import account_move_line
from . import account_payment_term
from . import crm_lead
from . import crm_team
from . import mail_activity
from . import mail_message
from . import onboarding_onboarding
from . import onboarding_onboarding_step
from . import product_category
from . import product_product
from . import purchase_order
from . import purchase_order_line
from . import res_bank
from . import res_company
from . import res_config_settings
from . import res_partner_holding
from . import res_partner
from . import sale_order_credit
from . import res_groups
from . import res_users
from . import sale_order
from . import sale_order_line
from . import sale_report
from . import utm_campaign
from . import utm_medium
from . import utm_source
