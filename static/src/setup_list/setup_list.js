import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { withHelp } from "@counterparty_crm/action_help/action_help";

/** The steps of the first day, above the overview until a manager puts them away. */
export class SetupList extends Component {
    static template = "counterparty_crm.SetupList";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ steps: [] });
        onWillStart(() => this.load());
    }

    get doneCount() {
        return this.state.steps.filter((step) => step.done).length;
    }

    stateLabel(step) {
        return step.done ? _t("Done") : _t("To do");
    }

    async load() {
        const { steps } = await this.orm.call(
            "onboarding.onboarding",
            "get_counterparty_setup",
            []
        );
        this.state.steps = steps;
    }

    async openStep(step) {
        const action = await this.orm.call("onboarding.onboarding.step", step.action, []);
        await this.action.doAction(withHelp(action), { onClose: () => this.load() });
    }

    async dismiss() {
        await this.orm.call("onboarding.onboarding", "dismiss_counterparty_setup", []);
        this.state.steps = [];
    }
}

export class CounterpartyOverviewRenderer extends KanbanRenderer {
    static template = "counterparty_crm.OverviewRenderer";
    static components = { ...KanbanRenderer.components, SetupList };
}

registry.category("views").add("counterparty_overview_kanban", {
    ...kanbanView,
    Renderer: CounterpartyOverviewRenderer,
});
