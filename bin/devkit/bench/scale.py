"""A database with as many partners as a large company has, made in plain SQL.

Rows are copies of demo rows with a few columns changed: whatever columns a table has or gets,
the copies are complete. What is copied is in ``scale_content.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from devkit import database, lock, paths, progress
from devkit.odoo import Environment

FIRST_ID = 1_000_000  # generated records start here, far above the demo's

# foreign keys and indexes of the tables that get most rows: dropped, and made again at the end
DROP = """
    CREATE TABLE bench_later AS
    SELECT conrelid::regclass::text AS tbl, conname AS name, 1 AS place,
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)) AS ddl
      FROM pg_constraint
     WHERE contype = 'f' AND conrelid = ANY('{%(tables)s}'::regclass[])
     UNION ALL
    SELECT indrelid::regclass::text, indexrelid::regclass::text, 0, pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = ANY('{%(tables)s}'::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
    DO $$ DECLARE l record; BEGIN
        FOR l IN SELECT * FROM bench_later ORDER BY place DESC LOOP
            IF l.place = 0 THEN EXECUTE 'DROP INDEX ' || l.name;
            ELSE EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', l.tbl, l.name); END IF;
        END LOOP;
    END $$;
"""
# the foreign keys are checked: what is generated here must be possible there
RESTORE = """
    SET maintenance_work_mem = '512MB';
    DO $$ DECLARE l record; BEGIN
        FOR l IN SELECT * FROM bench_later ORDER BY place LOOP EXECUTE l.ddl; END LOOP;
    END $$;
    DROP TABLE bench_later;
"""


@dataclass(frozen=True)
class Copies:
    """One row of a table, copied many times; the record's id is FIRST_ID + offset + n.

    ``changes`` maps columns to SQL, where ``n`` counts the copies from 1 and ``source`` is the
    row; ``shape`` is a statement of one row whose columns the changes may use as well.
    """

    table: str
    source: str
    count: int
    changes: dict[str, str] = field(default_factory=dict)
    offset: int = 0
    shape: str = "SELECT"

    def sql(self, columns: list[str]) -> str:
        """Return the statement for a table that has these columns."""
        values = {"id": f"{FIRST_ID} + {self.offset} + n", **self.changes}
        unknown = values.keys() - set(columns)
        if unknown:
            raise ValueError(f"{self.table} has no columns {sorted(unknown)}")
        selected = ", ".join(values.get(name, f'source."{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        return f"""
            INSERT INTO {self.table} ({names})
            SELECT {selected}
              FROM generate_series(1, {self.count}) n
             CROSS JOIN LATERAL ({self.shape}) shape
             CROSS JOIN (SELECT * FROM {self.table} WHERE {self.source} ORDER BY id LIMIT 1) source;
            SELECT setval('{self.table}_id_seq', (SELECT max(id) FROM {self.table}));
        """


def ensure(env: Environment, scale: float) -> str:
    """Return the scaled database without our addon, made once for each demo template."""
    from . import scale_content

    template = database.ensure_template(env, demo=True)
    text = Path(__file__).read_text() + Path(scale_content.__file__).read_text()
    name = f"bench_{paths.short_hash(f'{template} {scale:g} {text}')}"
    with lock.hold(f"database-{name}"):
        if not database.exists(env, name):
            part = f"{name}_part"
            database.clone(env, template, part)
            content = scale_content.content(scale)
            with progress.step(f"Generating {scale_content.describe(scale)}"):
                for statement in _statements(env, part, content):
                    env.psql(part, statement)
            database.rename(env, part, name)
    return name


def _statements(env: Environment, name: str, content: list[Copies | str]) -> Iterator[str]:
    """Return SQL in the order of execution."""
    tables = {copies.table for copies in content if isinstance(copies, Copies)}
    yield DROP % {"tables": ",".join(sorted(tables))}
    for part in content:
        yield part if isinstance(part, str) else part.sql(_columns(env, name, part.table))
    yield RESTORE
    # the addon is measured as an administrator installs it: without a demo story to load
    yield "UPDATE ir_module_module SET demo = false"
    yield "VACUUM ANALYZE"


def _columns(env: Environment, name: str, table: str) -> list[str]:
    rows = env.rows(
        name,
        f"""SELECT column_name FROM information_schema.columns
             WHERE table_name = '{table}' ORDER BY ordinal_position""",
    )
    return [row[0] for row in rows]
