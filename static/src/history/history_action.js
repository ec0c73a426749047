import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { HistoryPanel } from "./history_panel";

/** The history on a page of its own. */
export class HistoryAction extends Component {
    static template = "counterparty_crm.HistoryAction";
    static components = { HistoryPanel, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        const { params, context } = this.props.action;
        // after a reload of the page the address tells whose history it is
        this.partnerId = Number(params?.partner_id || context?.active_id || 0) || false;
        this.filters = params?.filters || {};
        this.display = { controlPanel: {} };
        this.props.updateActionState?.({ active_id: this.partnerId });
    }
}

registry.category("actions").add("counterparty_history", HistoryAction);
