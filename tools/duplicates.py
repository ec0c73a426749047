"""When two counterparties are probably one: tax number, telephone, name."""

import re
import unicodedata
from difflib import SequenceMatcher

# what companies write behind or before their name, in the languages of the trade
LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "asa",
        "bv",
        "co",
        "corp",
        "doo",
        "ead",
        "eood",
        "et",
        "gmbh",
        "inc",
        "kft",
        "llc",
        "llp",
        "ltd",
        "nv",
        "ood",
        "ooo",
        "oy",
        "plc",
        "pty",
        "sa",
        "sas",
        "sc",
        "sarl",
        "scs",
        "sl",
        "slu",
        "snc",
        "spa",
        "spol",
        "sro",
        "srl",
        "zrt",
        "ад",
        "ад",
        "еад",
        "еоод",
        "ет",
        "ооо",
        "оод",
    ]
)
PHONE_DIGITS = 8
SIMILAR = 0.86


def vat_key(number: str | None) -> str:
    """Return a tax number without blanks, signs and the two letters of its country."""
    plain = re.sub(r"[^A-Z0-9]", "", (number or "").upper())
    return re.sub(r"^[A-Z]{2}", "", plain)


def phone_key(number: str | None) -> str:
    """Return the last eight digits of a telephone number.

    They are the same with the prefix of the country and with the 0 that stands for it at home.
    Fewer than six digits are no number of a subscriber and give an empty key.
    """
    digits = re.sub(r"\D", "", number or "")
    return digits[-PHONE_DIGITS:] if len(digits) >= 6 else ""


def name_key(name: str | None) -> str:
    """Return the words of a name in lower case, without accents, signs and legal forms."""
    plain = unicodedata.normalize("NFKD", name or "").casefold().replace(".", "")
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.findall(r"\w+", plain)
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def are_similar(left: str | None, right: str | None) -> bool:
    """Tell whether two names look like one: the same words, or a slip of the pen between them."""
    first, second = name_key(left), name_key(right)
    if not first or not second:
        return False
    if sorted(first.split()) == sorted(second.split()):
        return True
    return SequenceMatcher(None, first, second).ratio() >= SIMILAR
