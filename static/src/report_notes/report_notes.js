import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

/** What the figures of a report lack, in words above them: nothing when they are complete. */
export class ReportNotes extends Component {
    static template = "counterparty_crm.ReportNotes";
    static props = { resModel: String };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ notes: [] });
        onWillStart(() => {
            // the figures do not wait for the words about them
            this.load();
        });
    }

    async load() {
        this.state.notes = await this.orm.silent.call(
            this.props.resModel,
            "get_counterparty_notes",
            []
        );
    }
}

export class ProfitListRenderer extends Component {
    static template = "counterparty_crm.ProfitListRenderer";
    static components = { ListRenderer, ReportNotes };
    static props = ["*"];
}

registry.category("views").add("counterparty_profit_list", {
    ...listView,
    Renderer: ProfitListRenderer,
});
