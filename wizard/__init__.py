from . import base_partner_merge
from . import counterparty_derivation
from . import counterparty_derivation_line
from . import counterparty_rights
from . import counterparty_rights_line

# profit
from . import counterparty_campaign_correction
from . import counterparty_fact_check
from . import counterparty_fact_check_line
from . import counterparty_unit_cost_import
