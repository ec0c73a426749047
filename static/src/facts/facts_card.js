import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { withHelp } from "@counterparty_crm/action_help/action_help";

/** Trade, money and judgement of a counterparty in a few lines, read when the tab is opened. */
export class FactsCard extends Component {
    static template = "counterparty_crm.FactsCard";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ resId: false, groups: [] });
        useRecordObserver((record) => {
            // another id each time the form is read again, as after something was logged
            if (record.id !== this.recordId) {
                this.recordId = record.id;
                this.load(record.resId);
            }
        });
    }

    async load(resId) {
        if (resId !== this.state.resId) {
            Object.assign(this.state, { resId, groups: [] });
        }
        if (resId) {
            this.state.groups = await this.keepLast.add(
                this.orm.call("counterparty.facts", "get_facts", [resId])
            );
        }
    }

    async open(line) {
        // what was typed is kept: the list opens over the form
        if (!(await this.props.record.save())) {
            return;
        }
        const action = await this.orm.call("counterparty.facts", "action_open", [
            this.state.resId,
            line.key,
        ]);
        await this.action.doAction(withHelp(action));
    }
}

registry.category("view_widgets").add("counterparty_facts", { component: FactsCard });
