import logging

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL, str2bool

from .counterparty_role_merge import REPLACED

_logger = logging.getLogger(__name__)

ROLES_FROM_DOCUMENTS = "counterparty_crm.roles_from_documents"
ATTEMPTS = 3


class CounterpartyRoleDerivationMixin(models.AbstractModel):
    """Reads in the host's documents who is a customer, supplier or employee.

    One set-based statement serves the installation, an upgrade and the moment after a document is
    committed; it only ever adds a missing role or turns a prospect into a full one.
    """

    _name = "counterparty.role.derivation.mixin"
    _description = "Roles read from documents"

    # ------------------------------------------------------------
    # After a document
    # ------------------------------------------------------------

    @api.model
    def _schedule_derivation(self, partners, family):
        """Have the roles of partners looked at once their documents are committed.

        As with the host's customer and supplier ranks, this happens after commit and in a
        transaction of its own: a role never stops an order or a posting.

        :param family: ``sale`` or ``purchase``, the family of the documents just written
        """
        # a setting of the database, not of the user who posts
        param = self.env["ir.config_parameter"].sudo().get_param(ROLES_FROM_DOCUMENTS, "True")
        if not partners or not str2bool(param, True):
            return
        postcommit = self.env.cr.postcommit
        waiting = postcommit.data.setdefault("counterparty.role.derivation", {})
        if not waiting:
            # the day of a document is a day of the one who writes it
            postcommit.add(self.with_context(tz=self.env.tz.zone)._derive_after_commit)
        waiting.setdefault(family, set()).update(partners.ids)

    def _derive_after_commit(self):
        waiting = self.env.cr.postcommit.data.pop("counterparty.role.derivation", {})
        if not any(self._derive_in_own_transaction(waiting) for _attempt in range(ATTEMPTS)):
            # the next document of these partners makes up for it
            _logger.info("The roles of partners %s are derived with their next document", waiting)

    def _derive_in_own_transaction(self, waiting):
        """Derive the roles of partners in a new transaction.

        :return: whether nothing is left to try again
        """
        try:
            with self.env.registry.cursor() as cr:
                context = {"tz": self.env.context["tz"]}
                roles = api.Environment(cr, SUPERUSER_ID, context)["counterparty.role"]
                partner_ids = roles._get_partners_to_derive(waiting)
                if partner_ids:
                    roles._fill_from_documents(partner_ids=partner_ids)
        except (psycopg2.OperationalError, psycopg2.errors.UniqueViolation):
            # somebody else gave one of them a role just now: look again with a new snapshot
            return False
        except Exception:
            # the document is committed: tell the log, never the user who posted it
            _logger.exception("The roles of partners %s could not be derived", waiting)
        return True

    def _get_partners_to_derive(self, waiting):
        """Return ids of the partners without a full open role for their documents.

        Most documents are of partners that have it: for them nothing more is read, however many
        documents they have.

        :param waiting: ``{family: partner ids}``
        """
        queries = [
            SQL(
                """
                SELECT partner.id FROM res_partner partner
                 WHERE partner.id = ANY(%(ids)s)
                   AND NOT EXISTS (
                    SELECT FROM counterparty_role role
                      JOIN counterparty_type kind ON kind.id = role.type_id
                     WHERE role.partner_id IN (partner.id, partner.commercial_partner_id)
                       AND kind.document_family = %(family)s AND role.is_prospect IS NOT TRUE
                       AND (role.date_from IS NULL OR role.date_from <= %(today)s)
                       AND (role.date_to IS NULL OR role.date_to >= %(today)s))
                """,
                ids=list(ids),
                family=family,
                today=fields.Date.context_today(self),
            )
            for family, ids in waiting.items()
        ]
        rows = self.env.execute_query(SQL(" UNION ").join(queries)) if queries else []
        return [partner_id for (partner_id,) in rows]

    # ------------------------------------------------------------
    # Fill
    # ------------------------------------------------------------

    @api.model
    def _fill_from_documents(self, partner_ids=None, source="document"):
        """Add the missing customer and supplier roles and turn prospects into full ones.

        :param partner_ids: partners whose documents are looked at, everybody's when ``None``
        :param source: ``document`` or ``install``
        :return: the number of roles added
        """
        self.env.flush_all()
        self._promote_prospects(partner_ids)
        self._begin_planned_roles(partner_ids)
        added = self._insert_roles(partner_ids, source)
        self._invalidate_roles()
        return added

    def _invalidate_roles(self):
        self.env["counterparty.role"].invalidate_model()
        self.env["res.partner"].invalidate_model()

    def _promote_prospects(self, partner_ids):
        self.env.cr.execute(
            SQL(
                """
                WITH business AS (%(evidence)s)
                UPDATE counterparty_role role
                   -- who changed the role last stays who it was: the undo asks for that
                   SET is_prospect = FALSE, date_business = business.full_from,
                       write_date = now() AT TIME ZONE 'UTC'
                  FROM business, counterparty_type kind
                 WHERE role.partner_id = business.partner_id
                   AND kind.id = role.type_id AND kind.document_family = business.family
                   AND role.is_prospect AND business.full_from IS NOT NULL
                   AND (role.date_to IS NULL OR role.date_to >= %(today)s)
                """,
                evidence=self._get_evidence_sql(partner_ids, at_install=False),
                today=fields.Date.context_today(self),
            )
        )

    @api.model
    def _demote_without_business(self, partners, family, days):
        """Turn roles back into those of prospects whose only business was taken back.

        :param days: first days of business that were found in what was taken back
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH business AS (%(evidence)s)
                UPDATE counterparty_role role
                   SET is_prospect = TRUE, date_business = NULL,
                       write_date = now() AT TIME ZONE 'UTC'
                  FROM counterparty_type kind
                 WHERE role.partner_id = ANY(%(partners)s) AND role.is_prospect IS NOT TRUE
                   AND kind.id = role.type_id AND kind.document_family = %(family)s
                   AND kind.has_prospects AND role.date_business = ANY(%(days)s)
                   AND (role.date_to IS NULL OR role.date_to >= %(today)s)
                   AND NOT EXISTS (SELECT FROM business
                                    WHERE business.partner_id = role.partner_id
                                      AND business.family = kind.document_family
                                      AND business.full_from IS NOT NULL)
                """,
                evidence=self._get_evidence_sql(partners.ids, at_install=False),
                partners=partners.ids,
                family=family,
                days=days,
                today=fields.Date.context_today(self),
            )
        )
        self._invalidate_roles()

    def _begin_planned_roles(self, partner_ids):
        """Let a role that was to begin later begin with the first document before it."""
        today = fields.Date.context_today(self)
        if not self.search_count([("date_from", ">", today)], limit=1):
            return
        self.env.cr.execute(
            SQL(
                """
                WITH evidence AS (%(evidence)s)
                UPDATE counterparty_role role
                   SET date_from = evidence.first_from, date_business = evidence.full_from,
                       is_prospect = evidence.full_from IS NULL,
                       write_date = now() AT TIME ZONE 'UTC'
                  FROM evidence, counterparty_type kind
                 WHERE role.partner_id = evidence.partner_id
                   AND kind.id = role.type_id AND kind.document_family = evidence.family
                   AND role.date_from > %(today)s AND evidence.first_from < role.date_from
                   AND NOT EXISTS (
                    SELECT FROM counterparty_role earlier
                      JOIN counterparty_type earlier_kind ON earlier_kind.id = earlier.type_id
                     WHERE earlier.partner_id = role.partner_id AND earlier.id != role.id
                       AND earlier_kind.document_family = evidence.family
                       AND (earlier.date_to IS NULL OR earlier.date_to >= evidence.first_from))
                """,
                evidence=self._get_evidence_sql(partner_ids, at_install=False),
                today=today,
            )
        )

    def _insert_roles(self, partner_ids, source):
        """Insert a role per partner and family that no open role covers yet."""
        self.env.cr.execute(
            SQL(
                """
                WITH evidence AS (%(evidence)s)
                INSERT INTO counterparty_role (
                    partner_id, commercial_partner_id, type_id, is_prospect,
                    date_from, date_business, source, doubt, responsible_id, company_id,
                    create_uid, create_date, write_uid, write_date)
                SELECT evidence.partner_id, evidence.partner_id, kind.id,
                       evidence.full_from IS NULL AND evidence.last_on IS NOT NULL,
                       evidence.first_from, evidence.full_from, %(source)s, %(doubt)s,
                       CASE evidence.family WHEN 'sale' THEN partner.user_id
                            ELSE partner.buyer_id END,
                       partner.company_id, %(uid)s, now() AT TIME ZONE 'UTC',
                       %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM evidence
                  JOIN res_partner partner ON partner.id = evidence.partner_id
                  JOIN counterparty_type kind ON kind.id = CASE evidence.family
                       WHEN 'sale' THEN %(customer)s ELSE %(supplier)s END
                   -- a company that has archived a type does not want it back
                   AND kind.active
                 WHERE NOT EXISTS (
                    SELECT FROM counterparty_role role
                      JOIN counterparty_type open_kind ON open_kind.id = role.type_id
                     WHERE role.partner_id = evidence.partner_id
                       AND open_kind.document_family = evidence.family
                       AND (role.date_to IS NULL OR role.date_to >= evidence.first_from))
                """,
                evidence=self._get_evidence_sql(partner_ids, at_install=source == "install"),
                source=source,
                doubt=self._get_doubt_sql() if source == "install" else SQL("NULL"),
                uid=self.env.uid,
                customer=self.env["counterparty.type"]._get_core("customer").id,
                supplier=self.env["counterparty.type"]._get_core("supplier").id,
            ),
            # another session may have given the role meanwhile: that is tried again, not an error
            log_exceptions=False,
        )
        return self.env.cr.rowcount

    def _get_doubt_sql(self):
        return SQL(
            """CASE WHEN evidence.partner_id IN (SELECT partner_id FROM res_company)
                    THEN 'own_company'
                    WHEN NOT partner.active THEN 'archived'
                    WHEN evidence.last_on IS NULL THEN 'no_document'
                    WHEN evidence.last_on < %s::date - INTERVAL '3 years' THEN 'long_ago' END""",
            fields.Date.context_today(self),
        )

    def _get_evidence_sql(self, partner_ids, *, at_install):
        """Return a query: partner, family, first day, first day of business, last day.

        Only documents after the last role of that family count: an ended role is a decision that
        an old invoice must not undo. Documents of a contact with a role of its own, as those of
        an employee, say nothing about the company.
        """
        entities = SQL("SELECT id, commercial_partner_id FROM res_partner")
        if partner_ids is not None:
            entities = SQL(
                """SELECT id, commercial_partner_id FROM res_partner
                    WHERE commercial_partner_id IN (
                        SELECT commercial_partner_id FROM res_partner WHERE id = ANY(%s))""",
                partner_ids,
            )
        documents = self._get_document_queries()
        if at_install:
            documents += self._get_install_queries()
        return SQL(
            """
            SELECT entity.commercial_partner_id AS partner_id, document.family,
                   COALESCE(MIN(document.day) FILTER (WHERE document.kind != 'rank'),
                            MIN(document.day)) AS first_from,
                   MIN(document.day) FILTER (WHERE document.kind = 'full') AS full_from,
                   MAX(document.day) FILTER (WHERE document.kind != 'rank') AS last_on
              FROM (%(documents)s) document
              JOIN (%(entities)s) entity ON entity.id = document.partner_id
              LEFT JOIN (
                    SELECT role.partner_id, kind.document_family, MAX(role.date_to) AS day
                      FROM counterparty_role role
                      JOIN counterparty_type kind ON kind.id = role.type_id
                     WHERE role.date_to < %(today)s
                     GROUP BY 1, 2
              ) ended ON ended.partner_id = entity.commercial_partner_id
                     AND ended.document_family = document.family
             WHERE (ended.day IS NULL
                    OR document.day > ended.day AND document.kind != 'rank')
               AND NOT EXISTS (
                    SELECT FROM counterparty_role own
                      JOIN counterparty_type kind ON kind.id = own.type_id
                     WHERE own.partner_id = document.partner_id
                       AND own.partner_id != entity.commercial_partner_id
                       AND kind.document_family = document.family)
             GROUP BY 1, 2
            """,
            documents=SQL(" UNION ALL ").join(documents),
            entities=entities,
            today=fields.Date.context_today(self),
        )

    def _get_document_queries(self):
        """Return queries of (partner, family, day, kind) over the host's documents.

        :return: list of SQL; kind is ``prospect`` or ``full``
        """
        return [
            SQL(
                """SELECT partner_id, 'sale' AS family, %s AS day, 'prospect' AS kind
                     FROM crm_lead
                    WHERE partner_id IS NOT NULL AND type = 'opportunity' AND active""",
                self._sql_day("create_date"),
            ),
            SQL(
                """SELECT partner_id, 'sale', %s,
                          CASE state WHEN 'sale' THEN 'full' ELSE 'prospect' END
                     FROM sale_order WHERE state != 'cancel'""",
                self._sql_day("date_order"),
            ),
            SQL(
                """SELECT partner_id, 'purchase', COALESCE(%s, %s),
                          CASE state WHEN 'purchase' THEN 'full' ELSE 'prospect' END
                     FROM purchase_order WHERE state != 'cancel'""",
                self._sql_day("date_approve"),
                self._sql_day("date_order"),
            ),
            # contracts of won opportunities, before the first order
            SQL("""SELECT commercial_partner_id, 'sale', date_from, 'full'
                     FROM counterparty_document
                    WHERE opportunity_id IS NOT NULL AND active AND date_from IS NOT NULL"""),
            SQL("""SELECT partner_id,
                          CASE WHEN move_type LIKE 'out%%' THEN 'sale' ELSE 'purchase' END,
                          COALESCE(invoice_date, date), 'full'
                     FROM account_move
                    WHERE state = 'posted' AND partner_id IS NOT NULL AND move_type IN (
                          'out_invoice', 'out_refund', 'out_receipt',
                          'in_invoice', 'in_refund', 'in_receipt')"""),
        ]

    def _get_install_queries(self):
        # leads that nobody has qualified yet, and what the host has counted on a contact: a
        # declaration without a document behind it
        created = self._sql_day("create_date")
        return [
            SQL(
                """SELECT partner_id, 'sale', %s, 'prospect' FROM crm_lead
                    WHERE partner_id IS NOT NULL AND type = 'lead' AND active""",
                created,
            ),
            SQL(
                """SELECT id, 'sale', %s, 'rank' FROM res_partner
                    WHERE customer_rank > 0""",
                created,
            ),
            SQL(
                """SELECT id, 'purchase', %s, 'rank' FROM res_partner
                    WHERE supplier_rank > 0""",
                created,
            ),
        ]

    def _sql_day(self, column):
        """Return the day of a moment that the database keeps in UTC, where the user is."""
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
            SQL.identifier(column),
            self.env.tz.zone,
        )

    # ------------------------------------------------------------
    # Installation
    # ------------------------------------------------------------

    @api.model
    def _fill_at_install(self):
        """Derive the roles of a database that was in use before, with their own source.

        :return: the number of roles added
        """
        self.env.flush_all()
        employees = self._fill_employees()
        return employees + self._fill_from_documents(source="install")

    def _fill_employees(self):
        """Give the employee role to people of hr where it is installed, else to internal users.

        :return: the number of roles added
        """
        people = SQL(
            """SELECT partner_id, NULL::date AS day FROM res_users
                         WHERE NOT share AND active AND id != %s""",
            SUPERUSER_ID,
        )
        if "hr.employee" in self.env:
            people = SQL("""SELECT work_contact_id AS partner_id, create_date::date AS day
                              FROM hr_employee WHERE active AND work_contact_id IS NOT NULL""")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO counterparty_role (
                    partner_id, commercial_partner_id, type_id, is_prospect, date_from, source,
                    company_id,
                    create_uid, create_date, write_uid, write_date)
                SELECT partner.id, partner.commercial_partner_id, %(kind)s, FALSE,
                       MIN(COALESCE(people.day, partner.create_date::date)),
                       'install', partner.company_id,
                       %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM (%(people)s) people
                  JOIN res_partner partner ON partner.id = people.partner_id
                 WHERE NOT COALESCE(partner.is_company, FALSE)
                   AND NOT EXISTS (SELECT FROM counterparty_role role
                                    WHERE role.partner_id = partner.id AND role.type_id = %(kind)s)
                 GROUP BY partner.id
                """,
                people=people,
                kind=self.env["counterparty.type"]._get_core("employee").id,
                uid=self.env.uid,
            )
        )
        added = self.env.cr.rowcount
        self._invalidate_roles()
        return added

    @api.model
    def _undo_install(self):
        """Remove the roles found at installation; those that somebody has changed since stay.

        :return: the number of roles removed
        """
        # found in all companies at once, and so undone, whichever the user is in just now
        roles = self.sudo().search([("source", "=", "install"), ("write_uid", "=", SUPERUSER_ID)])
        count = len(roles)
        roles.with_context(**{REPLACED: True}).unlink()
        return count
