from odoo import api, models

from .res_users_portal import RULED


class CounterpartyAuthorization(models.Model):
    """Who follows papers by an authorization hears no more of them when it has ended."""

    _inherit = "counterparty.authorization"

    # portal

    def _drop_followers(self):
        """Let representatives follow no papers any more that they may not see any more."""
        # whoever ends an authorization takes it away everywhere, whatever else he may read
        all_followers = self.env["mail.followers"].sudo()
        for row in self:
            for name, ruled in RULED.items():
                papers = self.env[name].sudo()
                followers = all_followers.search(
                    [("partner_id", "=", row.representative_id.id), ("res_model", "=", name)]
                )
                papers = papers.browse(followers.mapped("res_id")).exists()
                of_company = papers.filtered(
                    lambda paper, row=row, path=ruled.entity: paper.mapped(path) == row.partner_id
                )
                if lost := row._get_lost(of_company):
                    lost.message_unsubscribe(row.representative_id.ids)

    @api.model
    def _find_without_access(self, paper, people):
        """Return of people who follow a paper those who saw it by an authorization, and do no more.

        :param paper: one record of ``RULED``
        :param people: ids of partners
        """
        # whoever writes to followers need not read authorizations; the ended ones count
        rows = self.sudo().with_context(active_test=False)
        rows = rows.search(
            [
                ("representative_id", "in", list(people)),
                ("partner_id", "in", paper.sudo().mapped(RULED[paper._name].entity).ids),
            ]
        )
        # sudo: whose paper it is says who may see it
        return {row.representative_id.id for row in rows if row._get_lost(paper.sudo())}

    def _get_lost(self, papers):
        """Return those of papers of its company that the representative may not see.

        :param papers: records of one model of ``RULED``, sudoed
        """
        self.ensure_one()
        person = self.representative_id
        paths = RULED[papers._name].partners
        papers = papers.filtered(
            lambda paper: not any(person in paper.mapped(path) for path in paths)
        )
        users = person.user_ids
        if not users:
            is_own = person.commercial_partner_id == self.partner_id
            return papers.browse() if is_own or self._is_followed() else papers
        for user in users:
            seen = papers.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            papers -= seen._filtered_access("read").with_env(papers.env)
        return papers
