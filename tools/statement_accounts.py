"""Which accounts of a company count in statements, and in which section of it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

RECEIVABLE, ADVANCE_RECEIVED = "receivable", "advance_received"
BILLS_RECEIVABLE, DOUBTFUL = "bills_receivable", "doubtful"
PAYABLE, ADVANCE_PAID, BILLS_PAYABLE = "payable", "advance_paid", "bills_payable"
EMPLOYEE, EXCLUDED = "employee", "excluded"

CUSTOMER_SIDE, SUPPLIER_SIDE, EMPLOYEE_SIDE, ALL_SIDES = "customer", "supplier", "employee", "all"


class Section(NamedTuple):
    """A section of a statement.

    :param side: as what the partner stands in it
    :param sign: 1 where the partner owes us as a rule, -1 where we owe the partner
    :param is_advance: what stands in it is paid before its invoice, and never due
    """

    side: str
    sign: int
    is_advance: bool = False


# in the order in which a statement shows them
SECTIONS: Mapping[str, Section] = {
    RECEIVABLE: Section(CUSTOMER_SIDE, 1),
    BILLS_RECEIVABLE: Section(CUSTOMER_SIDE, 1),
    DOUBTFUL: Section(CUSTOMER_SIDE, 1),
    ADVANCE_RECEIVED: Section(CUSTOMER_SIDE, -1, is_advance=True),
    PAYABLE: Section(SUPPLIER_SIDE, -1),
    BILLS_PAYABLE: Section(SUPPLIER_SIDE, -1),
    ADVANCE_PAID: Section(SUPPLIER_SIDE, 1, is_advance=True),
    EMPLOYEE: Section(EMPLOYEE_SIDE, 1),
}


class Rule(NamedTuple):
    """Accounts of one type, or whose code starts with a prefix, stand in a section.

    :param account_type: the host's type; empty where the prefix decides
    :param prefix: beginning of the code; empty where the type decides
    """

    section: str
    account_type: str = ""
    prefix: str = ""


class Account(NamedTuple):
    """An account as the rules see it."""

    id: int
    code: str
    account_type: str


BY_TYPE = (
    Rule(RECEIVABLE, account_type="asset_receivable"),
    Rule(PAYABLE, account_type="liability_payable"),
)


def _prefixes(section: str, *prefixes: str) -> tuple[Rule, ...]:
    return tuple(Rule(section, prefix=prefix) for prefix in prefixes)


# what the charts of accounts of these countries keep beside receivable and payable accounts;
# taxes have the type of receivables there, and are settled with nobody by a statement
PRESETS: Mapping[str, tuple[Rule, ...]] = {
    "ro": (
        *_prefixes(ADVANCE_RECEIVED, "419"),
        *_prefixes(ADVANCE_PAID, "409"),
        *_prefixes(BILLS_RECEIVABLE, "413"),
        *_prefixes(BILLS_PAYABLE, "403", "405"),
        *_prefixes(DOUBTFUL, "4118"),
        *_prefixes(EMPLOYEE, "542", "421", "425", "4282"),
        *_prefixes(EXCLUDED, "44"),
    ),
    "bg": (
        *_prefixes(ADVANCE_RECEIVED, "412"),
        *_prefixes(ADVANCE_PAID, "402"),
        *_prefixes(BILLS_RECEIVABLE, "413"),
        *_prefixes(BILLS_PAYABLE, "403"),
        *_prefixes(RECEIVABLE, "414", "415", "416", "419"),
        *_prefixes(PAYABLE, "404", "405", "406", "409"),
        *_prefixes(DOUBTFUL, "444", "445"),
        *_prefixes(EMPLOYEE, "421", "422"),
        *_prefixes(EXCLUDED, "45"),
    ),
    "es": (
        *_prefixes(ADVANCE_RECEIVED, "438"),
        *_prefixes(ADVANCE_PAID, "407"),
        *_prefixes(BILLS_RECEIVABLE, "431", "4331", "441"),
        *_prefixes(BILLS_PAYABLE, "401", "411", "4031"),
        *_prefixes(DOUBTFUL, "436", "4336", "446"),
        *_prefixes(EMPLOYEE, "460", "465", "544"),
        *_prefixes(EXCLUDED, "47"),
    ),
}


def preset(chart: str | None) -> tuple[Rule, ...]:
    """Return the rules for a chart of accounts, as the host names it: ``ro``, ``es_pymes`` ..."""
    return (*BY_TYPE, *PRESETS.get((chart or "").partition("_")[0], ()))


def assign(accounts: Iterable[Account], rules: Iterable[Rule]) -> dict[int, str]:
    """Return the section of every account that counts.

    The longest prefix decides, and any prefix before the type.
    """
    rules = sorted(rules, key=lambda rule: -len(rule.prefix))
    found = ((account, _first(rules, account)) for account in accounts)
    return {
        account.id: rule.section for account, rule in found if rule and rule.section != EXCLUDED
    }


def takes(rule: Rule, account: Account) -> bool:
    """Tell whether a rule names an account."""
    if rule.prefix:
        return account.code.startswith(rule.prefix)
    return account.account_type == rule.account_type


def _first(rules: Iterable[Rule], account: Account) -> Rule | None:
    return next((rule for rule in rules if takes(rule, account)), None)


def sections_of(side: str) -> list[str]:
    """Return the sections of one side, or of all, in their order."""
    return [name for name, section in SECTIONS.items() if side in (ALL_SIDES, section.side)]
