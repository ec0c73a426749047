{
    "name": "Counterparty CRM",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Customers, suppliers, banks, authorities and groups in one dossier inside the ERP",
    "author": "Counterparty CRM",
    "license": "LGPL-3",
    "application": True,
    "depends": [
        # documents whose truth is read
        "account",
        "account_payment",
        "purchase_stock",
        "sale_crm",
        "sale_management",
        "sale_margin",
        "sale_stock",
        "stock_account",
        # people, contacts and campaigns
        "base_import",
        "calendar",
        "contacts",
        "link_tracker",
        "mass_mailing",
        "onboarding",
        "phone_validation",
        "portal",
        "portal_rating",
        "rating",
        "resource",
        "utm",
        "web_hierarchy",
    ],
    "data": [
        # rights
        "security/counterparty_groups.xml",
        "security/ir.model.access.csv",
        "security/counterparty_security.xml",
        # counterparty
        "data/counterparty_section_data.xml",
        "data/counterparty_type_data.xml",
        "data/onboarding_data.xml",
        "views/counterparty_role_views.xml",
        "wizard/counterparty_derivation_views.xml",
        "wizard/counterparty_rights_views.xml",
        "views/counterparty_type_views.xml",
        "views/counterparty_section_views.xml",
        "views/counterparty_handover_views.xml",
        "views/res_partner_views.xml",
        # profit
        "views/sale_order_views.xml",
        # settings and menus
        "views/res_config_settings_views.xml",
        "views/counterparty_menus.xml",
    ],
    "demo": [
        "demo/counterparty_demo.xml",
        "demo/campaign_demo.xml",
        "demo/opportunity_demo.xml",
        "demo/trade_demo.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "counterparty_crm/static/tests/tours/**/*",
        ],
        "web.assets_backend": [
            "counterparty_crm/static/src/setup_list/**/*",
        ],
    },
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
