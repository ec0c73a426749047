import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { HistoryPanel } from "./history_panel";

/** The history in the slot of the Relationship tab; it is read when the tab is opened. */
export class HistoryWidget extends Component {
    static template = "counterparty_crm.HistoryWidget";
    static components = { HistoryPanel };
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ resId: false, version: "" });
        useRecordObserver((record) => {
            this.state.resId = record.resId;
            // another one each time the form is read again, as after something was logged
            this.state.version = record.id;
        });
        // what was typed is kept: a document opens over the form
        this.beforeLeave = () => this.props.record.save();
    }
}

registry.category("view_widgets").add("counterparty_history", { component: HistoryWidget });
