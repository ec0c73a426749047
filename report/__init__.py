# counterparty
from . import counterparty_plan_report
from . import counterparty_stage_report

# request
from . import counterparty_request_report

# profit
from . import counterparty_profit_report
from . import counterparty_campaign_report
from . import counterparty_profit_holding_report
