"""Everything behind the commands in ``bin/``: a running Odoo from nothing, and its tests.

Standard library only, because it runs before anything is installed. All state lives in
``${XDG_CACHE_HOME:-~/.cache}/counterparty_crm``, never in the checkout. Each step can be
killed at any moment: it builds under another name and renames at the end, so the next run
either finds a finished thing or starts that thing over.

For the scripts in ``bin/``::

    from devkit import database, environment

    env = environment.ensure()              # provisions what is missing, returns an Environment
    env.python, env.odoo_path, env.addons_path, env.pg_args
    env.run_odoo(["shell", "--no-http"], db="name", input="print(env)")
    env.psql("name", "select 1"); env.rows("name", "select 1")

    template = database.ensure_template(env, demo=True)   # what we depend on, without our addon
    database.clone(env, template, "mine")                 # a second; file store included
    database.drop(env, "mine")
    served = database.ensure_demo(env)                    # the database of bin/serve, up to date

    with environment.server(env, served, port=8070) as url:
        ...                                               # /web/login has answered

Whatever a user can act on is raised as ``shell.Trouble``; ``shell.main`` prints it in one line.
"""
