# counterparty
from . import counterparty_merge_mixin
from . import counterparty_role_source_mixin
from . import counterparty_section
from . import counterparty_type
from . import counterparty_role_derivation
from . import counterparty_role
from . import counterparty_handover
from . import counterparty_handover_line
from . import counterparty_document_kind
from . import counterparty_document_privacy
from . import counterparty_document_rental
from . import counterparty_document_card
from . import counterparty_document_customs
from . import counterparty_document_agreement
from . import counterparty_document
from . import counterparty_document_discount
from . import counterparty_document_period
from . import res_partner_dossier
from . import res_partner_document
from . import sale_order_card

# host
from . import account_move
from . import account_payment
from . import crm_lead
from . import mail_activity
from . import onboarding_onboarding
from . import onboarding_onboarding_step
from . import purchase_order
from . import purchase_order_line
from . import res_bank
from . import res_config_settings
from . import res_partner
from . import sale_order
from . import sale_order_line
from . import sale_report
