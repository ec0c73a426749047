import { Component, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useSetupAction } from "@web/search/action_hook";
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
        // back from a document: as it was left, with the filters and all rows shown so far
        this.kept = { filters: params?.filters || {}, rows: 0, ...this.props.state?.kept };
        this.root = useRef("root");
        const { setScrollFromState } = useSetupAction({
            rootRef: this.root,
            getLocalState: () => ({ kept: this.kept }),
        });
        let isDrawn = false;
        this.onRead = (filters, rows) => {
            this.kept = { filters, rows };
            if (!isDrawn) {
                isDrawn = true;
                // the rows are drawn in the next frame, after what was asked of it before
                const scroll = () => this.root.el && setScrollFromState();
                requestAnimationFrame(() => requestAnimationFrame(scroll));
            }
        };
        this.display = { controlPanel: {} };
        this.props.updateActionState?.({ active_id: this.partnerId });
    }
}

registry.category("actions").add("counterparty_history", HistoryAction);
