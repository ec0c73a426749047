# profit
from . import counterparty_profit_report
from . import counterparty_campaign_report
from . import counterparty_profit_holding_report
