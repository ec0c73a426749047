"""Let agents enter requests for anybody, and their rule ask once who is in which team."""

from odoo import SUPERUSER_ID, api

BEFORE = "['|', ('user_id', 'in', [user.id, False]), ('team_id.member_ids.user_id', '=', user.id)]"
NOW = "['|', ('user_id', 'in', [user.id, False]), ('team_id', 'in', user._get_request_team_ids())]"


def migrate(cr, version):
    """Change the rule, which the file of the module leaves alone, unless somebody has."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("counterparty_crm.counterparty_request_rule_user", raise_if_not_found=False)
    if rule and rule.domain_force == BEFORE:
        rule.write({"domain_force": NOW, "perm_create": False})
