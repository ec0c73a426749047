import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { ReportNotes } from "@counterparty_crm/report_notes/report_notes";

export class ProfitPivotRenderer extends Component {
    static template = "counterparty_crm.ProfitPivotRenderer";
    static components = { PivotRenderer, ReportNotes };
    static props = ["*"];
}

export class ProfitGraphRenderer extends Component {
    static template = "counterparty_crm.ProfitGraphRenderer";
    static components = { GraphRenderer, ReportNotes };
    static props = ["*"];
}

registry.category("views").add("counterparty_profit_pivot", {
    ...pivotView,
    Renderer: ProfitPivotRenderer,
});
registry.category("views").add("counterparty_profit_graph", {
    ...graphView,
    Renderer: ProfitGraphRenderer,
});
