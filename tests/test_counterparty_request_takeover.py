from unittest import SkipTest
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged

from .common_request import RequestCase

WIZARD = "counterparty.request.takeover"


class _Task:
    """What the take-over reads of a task, for databases without projects."""

    name = "Repair the gate"
    description = "<p>It squeaks</p>"
    priority = "1"
    date_deadline = False

    def __init__(self, env, **values):
        self.company_id = env["res.company"]
        self.partner_id = env["res.partner"]
        self.user_ids = env["res.users"]
        for name, value in values.items():
            setattr(self, name, value)


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestTakeover(RequestCase):
    def _wizard(self, **values):
        return self.env[WIZARD].new({"category_id": self.categories["help"].id, **values})

    def test_a_request_takes_over_what_the_task_says(self):
        before = fields.Datetime.now()
        task = _Task(self.env, partner_id=self.late_payer, user_ids=self.user | self.uri)

        values = self._wizard(team_id=self.team.id)._prepare_request_vals(task)
        request = self.env["counterparty.request"].create(values)

        self.assertEqual((request.name, request.priority), ("Repair the gate", "1"))
        self.assertEqual((request.partner_id, request.user_id), (self.late_payer, self.user))
        self.assertEqual((request.company_id, request.team_id), (self.env.company, self.team))
        self.assertGreaterEqual(request.opened_at, before, "deadlines begin today")

    def test_a_task_of_nobody_waits_for_the_team(self):
        self.categories["help"].team_id = self.team

        values = self._wizard()._prepare_request_vals(_Task(self.env, priority="0"))
        request = self.env["counterparty.request"].create(values)

        self.assertEqual((request.team_id, request.user_id.ids), (self.team, []))
        self.assertEqual((request.priority, request.state), ("0", "new"))

    def test_without_projects_nothing_is_offered(self):
        wizard = self._wizard()
        with patch.object(type(wizard), "_selection_project", return_value=[]):
            self.assertFalse(wizard._get_tasks())
            with self.assertRaisesRegex(UserError, "left to take over"):
                wizard.action_take_over()

    def test_the_settings_offer_it_where_projects_are(self):
        settings = self.env["res.config.settings"].create({})

        self.assertEqual(settings.counterparty_has_projects, "project.task" in self.env)


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestTakeoverOfTasks(RequestCase):
    @classmethod
    def setUpClass(cls):
        if "project.task" not in Registry(get_db_name()):
            raise SkipTest("projects are not installed here")
        super().setUpClass()

    def test_open_tasks_are_taken_once_and_know_their_requests(self):
        project = self.env["project.project"].create({"name": "Support"})
        Task = self.env["project.task"]
        tasks = Task.create(
            [{"name": f"Task {number}", "project_id": project.id} for number in range(3)]
        )
        tasks[2].state = "1_done"
        values = {"project": str(project.id), "category_id": self.categories["help"].id}
        wizard = self.env[WIZARD].create(values)
        self.assertEqual((wizard.task_count, wizard.taken_count), (2, 0))

        action = wizard.action_take_over()

        requests = self.env["counterparty.request"].search(action["domain"])
        self.assertEqual(set(requests.mapped("name")), {"Task 0", "Task 1"})
        self.assertEqual(
            {link._get_document() for link in requests.document_ids}, {tasks[0], tasks[1]}
        )
        self.assertFalse(self._tell(), "nobody is told")
        again = self.env[WIZARD].create(values)
        self.assertEqual((again.task_count, again.taken_count), (0, 2))
        with self.assertRaises(UserError):
            again.action_take_over()
