import { markup } from "@odoo/owl";

/**
 * Return an action that came by a call of ours, its help ready to be shown.
 *
 * The action service makes markup of the help of what it loads itself; that of an action handed to
 * it would show its tags.
 */
export function withHelp(action) {
    return action && action.help ? { ...action, help: markup(action.help) } : action;
}
