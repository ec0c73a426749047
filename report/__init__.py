# counterparty
from . import counterparty_plan_report
from . import counterparty_stage_report
from . import counterparty_trade_mixin
from . import counterparty_trade_open
from . import counterparty_trade_product
from . import report_counterparty_timeline

# request
from . import counterparty_request_report
from . import counterparty_request_backlog

# profit
from . import counterparty_profit_spent
from . import counterparty_profit_report
from . import counterparty_campaign_report
from . import counterparty_profit_holding_report
