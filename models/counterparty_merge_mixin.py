from odoo import api, models

# set while partners merge: what belongs to the source comes along by itself
MERGING = "counterparty_merging"


class CounterpartyMergeMixin(models.AbstractModel):
    """A model that keys on a partner and must be joined before the host merges partners.

    The host's merge wizard re-points every foreign key with one UPDATE. A unique index on a
    partner makes that statement fail and the whole merge with it; a unique constraint makes the
    wizard delete the rows silently. So every model of ours with a unique key on a partner inherits
    this mixin and joins its rows first.
    """

    _name = "counterparty.merge.mixin"
    _description = "Joins its rows before partners merge"

    @api.model
    def _counterparty_merge(self, source, target):
        """Join the rows of merged partners so that re-pointing them violates no unique key.

        :param source: partners that go
        :param target: the partner that stays
        :raises UserError: when rows contradict each other; names them
        """
        raise NotImplementedError

    @api.model
    def _get_counterparty_merge_models(self):
        """Return the models of the registry that join their rows before a merge."""
        return [
            self.env[name]
            for name, cls in self.env.registry.items()
            if not cls._abstract and issubclass(cls, self.env.registry[self._name])
        ]
