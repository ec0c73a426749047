"""Which mails are nobody's business but the reader's, and are therefore never filed."""

import re
from collections.abc import Iterable

SEPARATORS = re.compile(r"[\s,;]+")
PARTS = re.compile(r"[._-]+")
# where people write to us about themselves
PRIVATE_ADDRESSES = (
    "hr, human, humanresources, cv, jobs, careers, personnel, payroll, salaries, recruitment, "
    "privacy, private, "
    "resurse.umane, cariere, salarizare, personal, lichnisastav, kariera, trz, "
    "rrhh, empleo, nominas"
)


def words(text: str | None) -> set[str]:
    """Return the addresses, local parts and domains of a setting, in lower case."""
    return {word.lower() for word in SEPARATORS.split(text or "") if word}


def is_private(addresses: Iterable[str], excluded: set[str], *, ours: bool = False) -> bool:
    """Tell whether one of the addresses is excluded: itself, its local part, or its domain.

    What follows a plus sign in an address does not change whose it is.

    :param excluded: ``hr@example.com``, ``hr`` or ``@example.com``
    :param ours: these are our own addresses, where a part says what they are for: ``hr-office``;
        of others it may be a name: Steve Jobs
    """
    for address in addresses:
        local, _at, domain = address.lower().partition("@")
        plain = local.partition("+")[0]
        if excluded & {address.lower(), local, plain, f"{plain}@{domain}", f"@{domain}"}:
            return True
        if ours and not excluded.isdisjoint(PARTS.split(plain)):
            return True
    return False
