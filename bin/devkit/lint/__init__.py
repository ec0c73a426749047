"""Static checks of the addon: bought-in linters, portal rules and the rules of the house.

Everything runs in an environment of its own in the state folder, so that no linter
ever meets Odoo's own dependencies.
"""
