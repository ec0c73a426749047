import { useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

const BUTTONS = "td.o_list_button";

/**
 * Plans, whose buttons move them to another day or finish them.
 *
 * The row that was clicked is gone by the second click of a double click, which would fall on the
 * next one: it would be opened, or moved as well.
 */
export class PlanListRenderer extends ListRenderer {
    setup() {
        super.setup();
        useEffect(
            (root) => {
                const swallow = (ev) => this.swallowAgain(ev);
                root?.addEventListener("click", swallow, { capture: true });
                return () => root?.removeEventListener("click", swallow, { capture: true });
            },
            () => [this.rootRef.el]
        );
    }

    swallowAgain(ev) {
        if (ev.detail > 1 && ev.target.closest(BUTTONS)) {
            ev.stopPropagation();
            ev.preventDefault();
        }
    }

    /** Beside its buttons the cell opens nothing. */
    onButtonCellClicked() {}
}

registry.category("views").add("counterparty_plan_list", {
    ...listView,
    Renderer: PlanListRenderer,
});

/** The same on telephones: where nobody has a plan the page says so, instead of nothing at all. */
export class PlanKanbanRenderer extends KanbanRenderer {
    get showNoContentHelper() {
        const { isGrouped, groups } = this.props.list;
        return (isGrouped && !groups.length) || super.showNoContentHelper;
    }
}

registry.category("views").add("counterparty_plan_kanban", {
    ...kanbanView,
    Renderer: PlanKanbanRenderer,
});
