"""Measures the addon against stock Odoo and against the least that the work can cost.

Seconds of one machine mean little; ratios of one run mean much. So each row of the table is
measured in turn on two copies of one scaled database, one with the addon and one without,
and, where it helps, beside a plain SQL statement that nobody can beat.

An area adds rows by adding a module ``rows_<area>.py`` with a list ``ROWS``; see ``row.py``.
"""
