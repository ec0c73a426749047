import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { withHelp } from "@counterparty_crm/action_help/action_help";

/**
 * The sections of a counterparty's dossier as tiles: each names what it holds and opens the list.
 *
 * The roles in force choose the sections; one that holds records always shows. The counts come in
 * one call, when the tab is first opened and with every other record the pager brings.
 */
export class DossierTiles extends Component {
    static template = "counterparty_crm.DossierTiles";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ resId: false, tiles: [] });
        useRecordObserver((record) => {
            if (record.resId !== this.state.resId) {
                this.load(record.resId);
            }
        });
    }

    get tiles() {
        const shown = this.props.record.data.counterparty_sections || ",";
        return this.state.tiles.filter(
            (tile) =>
                shown.includes(`,${tile.code},`) || tile.entries.some((entry) => entry.reveals && entry.count)
        );
    }

    /** Entries without records stay out of the way, yet an empty tile still leads somewhere. */
    entriesOf(tile) {
        const filled = tile.entries.filter((entry) => entry.count);
        return filled.length ? filled : tile.entries.slice(0, 1);
    }

    totalOf(tile) {
        return tile.entries.reduce((total, entry) => total + entry.count, 0);
    }

    get emptyText() {
        return _t("Save to see what the dossier holds.");
    }

    async load(resId) {
        Object.assign(this.state, { resId, tiles: [] });
        if (!resId) {
            return;
        }
        this.state.tiles = await this.keepLast.add(
            this.orm.call("res.partner", "get_counterparty_tiles", [resId])
        );
    }

    async open(tile, entry) {
        // what was typed is kept: the list opens over the form
        if (!(await this.props.record.save())) {
            return;
        }
        const action = await this.orm.call("res.partner", "action_open_counterparty_tile", [
            this.state.resId,
            tile.code,
            entry.key,
        ]);
        await this.action.doAction(withHelp(action));
    }
}

registry.category("view_widgets").add("counterparty_tiles", {
    component: DossierTiles,
    fieldDependencies: [{ name: "counterparty_sections", type: "char" }],
});
