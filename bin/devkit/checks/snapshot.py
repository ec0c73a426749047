"""Pictures of a database in text, one fact a line, so that two can be compared."""

import json

from ..odoo import Environment
from ..shell import Trouble

COLUMNS = """
    select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || case when a.attnotnull then ' not null' else '' end
           || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relkind in ('r', 'v', 'm', 'p')
"""
INDEXES = "select 'index ' || indexdef from pg_indexes where schemaname = 'public'"
CONSTRAINTS = """
    select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0
"""
VIEWS = "select 'view ' || viewname || ' ' || definition from pg_views where schemaname = 'public'"
FUNCTIONS = """
    select 'function ' || p.oid::regprocedure from pg_proc p
     where pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
"""
TRIGGERS = "select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
# The host numbers a sequence's relation by its record, so that its name says nothing.
SEQUENCES = r"""
    select 'sequence ' || sequencename from pg_sequences
     where schemaname = 'public' and sequencename !~ '^ir_sequence_\d+(_\d+)?$'
"""
SCHEMA = (COLUMNS, INDEXES, CONSTRAINTS, VIEWS, FUNCTIONS, TRIGGERS, SEQUENCES)

# After any uninstallation the host keeps its notes of foreign keys that are gone, and the external
# identifiers, in the names of its own mixins, of selections that are gone.
LEFT_BY_THE_HOST = {
    "ir_model_constraint": """split_part(fact, ' ', 5) !~ '_fkey$' or exists (
        select from pg_constraint where conname = split_part(fact, ' ', 5))""",
    "ir_model_data": """split_part(fact, ' ', 4) <> 'ir.model.fields.selection' or exists (
        select from ir_model_data d join ir_model_fields_selection s on s.id = d.res_id
         where d.id = split_part(fact, ' ', 2)::int)""",
}

# Records in which the host keeps what a module defines; all of ours must go with us.
DEFINITIONS = [
    "ir_model",
    "ir_model_fields",
    "ir_model_fields_selection",
    "ir_model_constraint",
    "ir_model_relation",
    "ir_model_access",
    "ir_model_data",
    "ir_rule",
    "res_groups",
    "res_groups_privilege",
    "ir_ui_view",
    "ir_ui_menu",
    "ir_actions",
    "ir_cron",
    "ir_config_parameter",
    "ir_sequence",
    "ir_default",
    "ir_filters",
    "ir_asset",
    "mail_template",
    "mail_activity_type",
    "mail_message_subtype",
    "ir_module_category",
    "onboarding_onboarding",
    "onboarding_onboarding_step",
]

TABLES_OF_ACTIONS = {
    "ir.actions.act_window": "ir_act_window",
    "ir.actions.act_window.view": "ir_act_window_view",
    "ir.actions.act_url": "ir_act_url",
    "ir.actions.client": "ir_act_client",
    "ir.actions.report": "ir_act_report_xml",
    "ir.actions.server": "ir_act_server",
}
# Dates of writing and of the next run move with the clock; arch_prev is the host's own undo.
VOLATILE = (
    "{create_date,create_uid,write_date,write_uid,nextcall,lastcall,"
    "arch_prev,arch_updated,parent_path}"
)


def schema(env: Environment, db: str) -> set[str]:
    """Return columns, indexes, constraints, views, functions and sequences."""
    facts = {row[0] for query in SCHEMA for row in env.rows(db, query)}
    if len(facts) < 1000:
        raise Trouble(f"{db} does not look like a database of Odoo")
    return facts


def identifiers(env: Environment, db: str, module: str) -> set[str]:
    """Return the external identifiers of a module."""
    query = f"select model || ' ' || name from ir_model_data where module = '{module}'"
    return {row[0] for row in env.rows(db, query)}


def records(env: Environment, db: str, module: str) -> set[str]:
    """Return every record that a module's files define, with its values and its links."""
    query = f"select distinct model from ir_model_data where module = '{module}'"
    facts: set[str] = set()
    for (model,) in env.rows(db, query):
        table = TABLES_OF_ACTIONS.get(model, model.replace(".", "_"))
        if env.psql(db, f"select to_regclass('{table}')"):
            facts.update(_values(env, db, module, model, table))
            facts.update(_links(env, db, module, model))
    return facts


def definitions(env: Environment, db: str) -> set[str]:
    """Return which definitions there are: table, id and name.

    External identifiers count for definitions and for models of ours. The host keeps those of
    demo records that it cannot delete, such as partners with posted invoices.
    """
    kinds = "|".join([*DEFINITIONS, *TABLES_OF_ACTIONS.values()])
    facts: set[str] = set()
    for table in DEFINITIONS:
        if env.psql(db, f"select to_regclass('{table}')"):
            query = f"""
                select concat_ws(' ', '{table}', id, r->>'module', r->>'model',
                                 coalesce(r->>'name', r->>'key'))
                  from (select id, to_jsonb(t) r from {table} t) t
                 where '{table}' <> 'ir_model_data'
                    or replace(r->>'model', '.', '_') ~ '^({kinds}|counterparty_.*)$'
            """
            if table in LEFT_BY_THE_HOST:
                query = f"select * from ({query}) f(fact) where {LEFT_BY_THE_HOST[table]}"
            facts.update(row[0] for row in env.rows(db, query))
    return facts


def traces(env: Environment, db: str, module: str) -> set[str]:
    """Return what refers to our models or files by name, which no foreign key removes."""
    query = f"""
        select 'attachment ' || coalesce(url, name) from ir_attachment
         where res_model like 'counterparty%' or url like '/{module}/%'
         union all
        select 'message of ' || model from mail_message where model like 'counterparty%'
         union all
        select 'activity of ' || res_model from mail_activity where res_model like 'counterparty%'
    """
    return {row[0] for row in env.rows(db, query)}


def differences(before: set[str], after: set[str], limit: int = 20) -> list[str]:
    """Return what has gone and what has come, shortened."""
    lines = [f"- {fact}" for fact in sorted(before - after)] + [
        f"+ {fact}" for fact in sorted(after - before)
    ]
    more = [f"... and {len(lines) - limit} more"] if len(lines) > limit else []
    return [line[:400] for line in lines[:limit]] + more


def _values(env: Environment, db: str, module: str, model: str, table: str) -> list[str]:
    query = f"""
        select '{model} ' || d.name || ' noupdate=' || coalesce(d.noupdate, false)
               || ' ' || (to_jsonb(t) - '{VOLATILE}'::text[])
          from ir_model_data d join {table} t on t.id = d.res_id
         where d.module = '{module}' and d.model = '{model}'
    """
    return [row[0] for row in env.rows(db, query)]


def _links(env: Environment, db: str, module: str, model: str) -> list[str]:
    """Return the many2many links of a module's records, such as the groups of a menu."""
    fields = env.rows(
        db,
        f"""
        select name, relation_table, column1, column2 from ir_model_fields
         where model = '{model}' and ttype = 'many2many' and store
           and to_regclass(relation_table) is not null
        """,
    )
    found = []
    for name, table, ours, theirs in fields:
        query = f"""
            select d.name, array_agg(r.{theirs} order by r.{theirs})
              from ir_model_data d join {table} r on r.{ours} = d.res_id
             where d.module = '{module}' and d.model = '{model}' group by d.name
        """
        found += [json.dumps([model, name, *row]) for row in env.rows(db, query)]
    return found
