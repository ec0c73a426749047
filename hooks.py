"""What happens when the module comes into a database and when it leaves it."""

from odoo import Command

from .models.sale_order_line import COST_PROFIT, SALE_MARGIN

MARGINS_WERE_VISIBLE = "counterparty_crm.margins_were_visible"


def pre_init_hook(env):
    """Remember whether the host's margins were visible before we came.

    A module that is installed together with ours was loaded in this very run.
    """
    margin = env["ir.module.module"].search([("name", "=", "sale_margin")])
    was_there = margin.state == "installed" and "sale_margin" not in env.registry.updated_modules
    env["ir.config_parameter"].set_param(MARGINS_WERE_VISIBLE, str(was_there))
    # new columns of millions of lines: empty says no, and nothing has to be computed
    env.cr.execute(
        """ALTER TABLE account_move_line ADD COLUMN IF NOT EXISTS counterparty_goods_kept bool;
           ALTER TABLE sale_order_line
             ADD COLUMN IF NOT EXISTS counterparty_delivered_total numeric"""
    )


def post_init_hook(env):
    """Derive what a database in use already tells, silently and reversibly."""
    if env["ir.demo_failure"].search_count([("module_id.name", "=", "counterparty_crm")], limit=1):
        env.clear()  # the host has rolled back failed demo data, but kept its records in the cache
    env["counterparty.role"]._fill_at_install()
    env["counterparty.holding.balance"]._fill_at_install()
    env["counterparty.interaction"]._fill_at_install()
    env["mail.activity"]._fill_counterparties()
    # request
    env["res.company"].search([])._create_request_sequences()
    # portal
    env["counterparty.statement.account"]._fill_at_install()
    env["res.company"]._open_portal_links()
    # profit: before the parameter about margins goes
    parameter = env["ir.config_parameter"].get_param(MARGINS_WERE_VISIBLE)
    env["counterparty.sale.fact"]._fill_at_install(order_cost_trusted=parameter == "True")
    _keep_margins_visible(env)


def uninstall_hook(env):
    """Take back what the uninstallation of records does not reach."""
    env["ir.config_parameter"].search([("key", "=like", "counterparty_crm.%")]).unlink()
    # request: the rows of numbers belong to the host's sequences
    companies = env["res.company"].with_context(active_test=False).search([("id", "!=", False)])
    companies.counterparty_request_sequence_id.unlink()


def _keep_margins_visible(env):
    """Let sellers go on seeing margins where they saw them before; later users are asked for."""
    parameter = env["ir.config_parameter"]
    if parameter.get_param(MARGINS_WERE_VISIBLE) == "True":
        sellers = env.ref("sales_team.group_sale_salesman").all_user_ids
        env.ref(SALE_MARGIN).write({"user_ids": [Command.link(user.id) for user in sellers]})
    parameter.search([("key", "=", MARGINS_WERE_VISIBLE)]).unlink()


def narrow_margins_kept(env):
    """Leave sellers no more than the margins of orders, where version 1.0 gave them all profit.

    Installed where margins were visible, it gave the sellers of that day the whole right to see
    cost and profit. Whoever has that right from a group, or came later, keeps it.

    :return: the users whose right was narrowed
    """
    fact = env["counterparty.sale.fact"]
    since = fact._get_estimate_limit()
    nobody = env["res.users"]
    if not since or not fact._is_order_cost_trusted():
        return nobody
    group = env.ref(COST_PROFIT)
    givers = env["res.groups"].search([("implied_ids", "in", group.ids)])
    sellers = env.ref("sales_team.group_sale_salesman").all_user_ids
    keepers = givers.all_user_ids | env.ref("base.user_admin") | env.ref("base.user_root")
    narrowed = (group.user_ids & sellers).filtered(lambda user: user.create_date <= since)
    narrowed -= keepers
    env.ref(SALE_MARGIN).write({"user_ids": [Command.link(user.id) for user in narrowed]})
    group.write({"user_ids": [Command.unlink(user.id) for user in narrowed]})
    return narrowed
