"""What leaves the house, or lands on somebody's list of things to do."""

from typing import Any

from facts import Facts

from odoo.tools import SQL

TABLES = (
    "mail_mail",
    "mail_message",
    "mail_notification",
    "mail_followers",
    "mail_activity",
    "mail_scheduled_message",
    "mailing_trace",
    "calendar_event",
    "sms_sms",
    "snailmail_letter",
)


def counts(env: Any) -> Facts:
    """Return how much there is, and how much there ever was: a sent mail deletes itself."""
    env.flush_all()
    present = [
        table for table in TABLES if env.execute_query(SQL("SELECT to_regclass(%s)", table))[0][0]
    ]
    return {table: _count(env, table) for table in present}


def _count(env: Any, table: str) -> str:
    sequence = SQL.identifier(f"{table}_id_seq")
    query = SQL(
        "SELECT count(*), (SELECT last_value FROM %s) FROM %s", sequence, SQL.identifier(table)
    )
    ((rows, last),) = env.execute_query(query)
    notes = _notes_on_jobs(env) if table == "mail_message" else 0
    return f"{rows - notes} rows, last numbered {last - notes}"


def _notes_on_jobs(env: Any) -> int:
    """Return how many notes the host made for itself on scheduled jobs and server actions."""
    query = SQL("SELECT count(*) FROM mail_message WHERE model IN ('ir.cron', 'ir.actions.server')")
    ((notes,),) = env.execute_query(query)
    return int(notes)
