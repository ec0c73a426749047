from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

CHUNK = 500
TASK, PROJECT = "project.task", "project.project"


class CounterpartyRequestTakeover(models.TransientModel):
    """Takes the open tasks of a project over as requests, where projects are installed.

    The tasks stay as they are; each request knows its task, and a second run takes only what came
    since. Nobody is told: what was known before is no news.
    """

    _name = "counterparty.request.takeover"
    _description = "Take Over Tasks as Requests"

    project = fields.Selection("_selection_project", required=True)
    category_id = fields.Many2one(
        "counterparty.request.category",
        required=True,
        default=lambda self: self.env["counterparty.request.category"]._get_default(),
    )
    team_id = fields.Many2one(
        "counterparty.request.team", help="Empty: the team of the category works on them."
    )
    task_count = fields.Integer("Open Tasks", compute="_compute_task_count")
    taken_count = fields.Integer("Taken Over Already", compute="_compute_task_count")

    @api.model
    def _selection_project(self):
        if PROJECT not in self.env or not self.env[PROJECT].has_access("read"):
            return []
        projects = self.env[PROJECT].search([("active", "=", True)])
        return [(str(project.id), project.display_name) for project in projects]

    @api.depends("project")
    def _compute_task_count(self):
        for wizard in self:
            tasks = wizard._get_tasks()
            waiting = tasks - wizard._get_taken(tasks)
            wizard.task_count = len(waiting)
            wizard.taken_count = len(tasks) - len(waiting)

    def _get_tasks(self):
        """Return the open tasks of the chosen project that the user sees."""
        self.ensure_one()
        if not self.project or TASK not in self.env:
            return self.browse()
        return self.env[TASK].search(
            [("project_id", "=", int(self.project)), ("is_closed", "=", False)], order="id"
        )

    def _get_taken(self, tasks):
        """Return the tasks that requests know already."""
        # also requests of other companies keep a task from being taken twice
        links = self.env["counterparty.request.document"].sudo()
        known = links.search([("res_model", "=", TASK), ("res_id", "in", tasks.ids)])
        return tasks.browse(known.mapped("res_id"))

    def action_take_over(self):
        """Create a request for each task that has none, and show them.

        :raises UserError: when there is none to take
        """
        self.ensure_one()
        tasks = self._get_tasks()
        tasks -= self._get_taken(tasks)
        if not tasks:
            raise UserError(self.env._("No open task of this project is left to take over."))
        requests = self.env["counterparty.request"]
        for ids in split_every(CHUNK, tasks.ids):
            requests |= self._take_over(tasks.browse(ids))
        return requests._get_records_action(name=self.env._("Requests from Tasks"))

    def _take_over(self, tasks):
        """Create requests from tasks, and let the two know each other."""
        # quietly: nobody asked for anything just now
        quiet = self.env["counterparty.request"].with_context(
            tracking_disable=True, mail_create_nosubscribe=True
        )
        requests = quiet.create([self._prepare_request_vals(task) for task in tasks])
        kind = self.env.ref("counterparty_crm.request_conversion_task", raise_if_not_found=False)
        # the link is written by the take-over alone
        links = self.env["counterparty.request.document"].sudo()
        for request, task in zip(requests, tasks, strict=True):
            links |= links.create(
                {
                    "request_id": request.id,
                    "conversion_id": kind.id if kind else False,
                    "res_model": TASK,
                    "res_id": task.id,
                }
            )
        for link in links:
            link.last_state = link._get_state()[0]
        return requests.with_context(tracking_disable=False)

    def _prepare_request_vals(self, task):
        """Return the values of a request; its deadlines run from now, when the desk hears of it."""
        company = task.company_id or self.env.company
        values = {
            "name": task.name,
            "description": task.description or False,
            "company_id": company.id,
            "category_id": self.category_id.id,
            "partner_id": task.partner_id.id,
            "user_id": task.user_ids.filtered("active")[:1].id,
            "wanted_date": task.date_deadline,
            "priority": "1" if task.priority != "0" else "0",
        }
        if self.team_id:
            values["team_id"] = self.team_id.id
        return values
