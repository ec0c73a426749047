"""Mails that open a request through the gateway of the host, against mails that open a task."""

from __future__ import annotations

import itertools
from typing import Any

from .row import Limit, Row, Side
from .rows_request import PROJECT, Tasks

MAILS = 20
MOST_QUERIES = 40
DOMAIN = "bench.example"
NUMBERS = itertools.count()
MAIL = """From: Ada Vale <ada{number}@customers.example>
To: {local}@bench.example
Subject: Pallet {number} is missing
Message-ID: <{number}.{local}@customers.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Hello, the second pallet is missing. Please send it.
--b
Content-Type: text/html; charset=utf-8

<p>Hello, the second <b>pallet</b> is missing. Please send it.</p>
--b--
"""


def _prepare_desk(env: Any) -> str:
    """Switch a mailbox on; mails of the desk have transactions of their own, so it stays."""
    group = env.ref("counterparty_crm.group_user")
    names = ("agent1", "agent2", "agent3")
    mails = {name: f"{name}@x.example" for name in names}
    rights = {"group_ids": [(4, group.id)]}
    users = env["res.users"].create(
        [{"name": name, "login": name, "email": mails[name], **rights} for name in names]
    )
    team = env["counterparty.request.team"].create(
        {
            "name": "Bench",
            "acknowledge": True,
            "member_ids": [(0, 0, {"user_id": user.id}) for user in users],
        }
    )
    team._switch_on_mailbox("desk", env["mail.alias.domain"].create({"name": DOMAIN}))
    env.cr.commit()
    return "desk"


def _begin_tasks(env: Any, tasks: Tasks) -> None:
    domain = env["mail.alias.domain"].create({"name": DOMAIN})
    env.company.alias_domain_id = domain
    tasks.begin(env, alias_name="tasks")


def _process(env: Any, local: str) -> int:
    done = 0
    for number in itertools.islice(NUMBERS, MAILS):
        raw = MAIL.format(number=number, local=local).encode()
        done += bool(env["mail.thread"].message_process(None, raw))
    env.flush_all()
    return done


ROWS = [
    Row(
        "20 mails that open a request (stock: a task)",
        Limit(ratio=0.67, total=MAILS * MOST_QUERIES),
        ours=Side(_process, _prepare_desk),
        stock=Side(lambda env, _tasks: _process(env, "tasks"), Tasks, _begin_tasks),
        repeat=5,
        modules=PROJECT,
    ),
]
