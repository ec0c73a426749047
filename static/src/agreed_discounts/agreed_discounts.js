import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { withHelp } from "@counterparty_crm/action_help/action_help";

/**
 * The discounts a counterparty gets or gives, each leading to what grants it.
 *
 * They come in one call when the tab is opened, so that the form itself does not wait for them.
 */
export class AgreedDiscounts extends Component {
    static template = "counterparty_crm.AgreedDiscounts";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ resId: undefined, lines: [] });
        useRecordObserver((record) => {
            if (record.resId !== this.state.resId) {
                this.load(record.resId);
            }
        });
    }

    get emptyText() {
        return _t("None agreed");
    }

    async load(resId) {
        Object.assign(this.state, { resId, lines: [] });
        if (resId) {
            this.state.lines = await this.keepLast.add(
                this.orm.call("res.partner", "get_counterparty_discounts", [resId])
            );
        }
    }

    async open(line) {
        if (await this.props.record.save()) {
            await this.action.doAction(withHelp(line.action));
        }
    }
}

registry.category("view_widgets").add("counterparty_discounts", { component: AgreedDiscounts });
