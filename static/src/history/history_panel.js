import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { download } from "@web/core/network/download";
import { formatCurrency } from "@web/core/currency";
import { deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const { DateTime } = luxon;
const PAUSE = 400;

/**
 * What passed between us and a counterparty, newest first, page after page.
 *
 * Everything is read when it is shown: there is nothing that could be out of date.
 */
export class HistoryPanel extends Component {
    static template = "counterparty_crm.HistoryPanel";
    static props = {
        partnerId: { type: Number },
        version: { type: String, optional: true },
        fullPage: { type: Boolean, optional: true },
        filters: { type: Object, optional: true },
        rows: { type: Number, optional: true },
        onRead: { type: Function, optional: true },
        beforeLeave: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({
            kinds: [],
            rows: [],
            next: false,
            mayGroup: false,
            loading: true,
            failed: false,
            filters: { kinds: [], text: "", since: "", until: "", group: false, ...this.props.filters },
        });
        this.rowsToRead = this.props.rows;
        this.reloadSoon = useDebounced(() => this.reload(), PAUSE);
        // not awaited: the form opens at once, the history follows
        onWillStart(() => {
            this.load(this.props.partnerId);
        });
        onWillUpdateProps((props) => {
            if (
                props.partnerId !== this.props.partnerId ||
                props.version !== this.props.version
            ) {
                this.load(props.partnerId);
            }
        });
    }

    // ------------------------------------------------------------
    // Reading
    // ------------------------------------------------------------

    reload() {
        return this.load(this.props.partnerId);
    }

    async load(partnerId) {
        if (partnerId !== this.shownId) {
            // what another one did must not stand under this name, even for a moment
            this.shownId = partnerId;
            Object.assign(this.state, { rows: [], next: false });
        }
        const page = await this.read([partnerId, this.filters, ...this.takeFirstPage()]);
        Object.assign(this.state, {
            kinds: page.kinds,
            rows: page.rows,
            next: page.next,
            mayGroup: page.may_group,
        });
        this.props.onRead?.(this.filters, this.state.rows.length);
    }

    /** How the first page is read where somebody comes back: all that was shown, at once. */
    takeFirstPage() {
        const rows = this.rowsToRead;
        this.rowsToRead = 0;
        return rows ? [false, rows] : [];
    }

    /** Read a page; what cannot be read leaves what is shown, and says so. */
    async read(args) {
        Object.assign(this.state, { loading: true, failed: false });
        try {
            return await this.keepLast.add(
                this.orm.call("counterparty.timeline", "get_page", args)
            );
        } catch (error) {
            this.state.failed = true;
            throw error;
        } finally {
            this.state.loading = false;
        }
    }

    async loadMore() {
        const page = await this.read([this.props.partnerId, this.filters, this.state.next]);
        this.state.rows.push(...page.rows);
        this.state.next = page.next;
        this.props.onRead?.(this.filters, this.state.rows.length);
    }

    /** The filters as plain data, without what is empty. */
    get filters() {
        const filled = Object.entries(this.state.filters).filter(([, value]) =>
            Array.isArray(value) ? value.length : value
        );
        return JSON.parse(JSON.stringify(Object.fromEntries(filled)));
    }

    get isFiltered() {
        return Object.keys(this.filters).length > 0;
    }

    // ------------------------------------------------------------
    // Filtering
    // ------------------------------------------------------------

    isOn(kind) {
        return this.state.filters.kinds.includes(kind);
    }

    toggleKind(kind) {
        const kinds = this.state.filters.kinds;
        this.state.filters.kinds = this.isOn(kind)
            ? kinds.filter((other) => other !== kind)
            : [...kinds, kind];
        this.reload();
    }

    toggleGroup() {
        this.state.filters.group = !this.state.filters.group;
        this.reload();
    }

    onText(ev) {
        this.state.filters.text = ev.target.value.trim();
        this.reloadSoon();
    }

    onDay(name, ev) {
        this.state.filters[name] = ev.target.value;
        this.reload();
    }

    clear() {
        Object.assign(this.state.filters, { kinds: [], text: "", since: "", until: "", group: false });
        this.reload();
    }

    // ------------------------------------------------------------
    // Showing
    // ------------------------------------------------------------

    get months() {
        const months = [];
        for (const row of this.state.rows) {
            const month = row.day.slice(0, 7);
            if (!months.length || months.at(-1).key !== month) {
                const name = DateTime.fromISO(row.day).toFormat("LLLL yyyy");
                months.push({ key: month, name, rows: [] });
            }
            months.at(-1).rows.push(row);
        }
        return months;
    }

    dayOf(row) {
        return formatDate(DateTime.fromISO(row.day));
    }

    momentOf(row) {
        return row.by_day ? this.dayOf(row) : formatDateTime(deserializeDateTime(row.moment));
    }

    amountOf(row) {
        return row.amount === false ? "" : formatCurrency(row.amount, row.currency_id);
    }

    get emptyText() {
        return this.isFiltered
            ? _t("Nothing fits these filters.")
            : _t("Nothing has passed between you yet: documents, meetings and messages will stand here.");
    }

    // ------------------------------------------------------------
    // Leading on
    // ------------------------------------------------------------

    async open(row) {
        if (this.props.beforeLeave && !(await this.props.beforeLeave())) {
            return;
        }
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }

    async openFullPage() {
        if (this.props.beforeLeave && !(await this.props.beforeLeave())) {
            return;
        }
        const action = await this.orm.call("counterparty.timeline", "action_open_page", [
            this.props.partnerId,
            this.filters,
        ]);
        await this.action.doAction(action);
    }

    async print() {
        const action = await this.orm.call("counterparty.timeline", "action_print", [
            this.props.partnerId,
            this.filters,
        ]);
        await this.action.doAction(action);
    }

    async export() {
        await download({
            url: "/counterparty/history/xlsx",
            data: { partner_id: this.props.partnerId, filters: JSON.stringify(this.filters) },
        });
    }
}
