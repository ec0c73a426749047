import { markup } from "@odoo/owl";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { setElementContent } from "@web/core/utils/html";
import { Interaction } from "@web/public/interaction";

const PAUSE = 400;
const SHORTEST = 4;

/** Offers published answers beside the form while somebody writes a request. */
export class PublishedAnswers extends Interaction {
    static selector = ".o_counterparty_request_form";
    dynamicContent = {
        "#name, #description": { "t-on-input": this.debounced(this.onInput, PAUSE) },
    };

    setup() {
        this.offered = this.el.querySelector(".o_counterparty_published_answers");
        this.asked = "";
    }

    async onInput() {
        const words = ["#name", "#description"].map((name) => this.el.querySelector(name).value);
        const text = words.join(" ").trim();
        if (!this.offered || text === this.asked) {
            return;
        }
        this.asked = text;
        const answers =
            text.length < SHORTEST
                ? ""
                : await this.waitFor(
                      rpc(
                          "/request/answers",
                          { category: this.offered.dataset.category, text },
                          { silent: true }
                      )
                  );
        // what was asked last counts
        if (text === this.asked) {
            setElementContent(this.offered, markup(answers));
        }
    }
}

registry.category("public.interactions").add("counterparty_crm.published_answers", PublishedAnswers);
