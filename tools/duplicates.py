"""When two counterparties are probably one: tax number, telephone, name."""

import re
import unicodedata
from difflib import SequenceMatcher

# what companies write behind or before their name, in the languages of the trade
LEGAL_FORMS = frozenset(
    [
        "ab",
        "ad",
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
        "еад",
        "еоод",
        "ет",
        "ооо",
        "оод",
    ]
)
PHONE_DIGITS = 8
SHORTEST_PHONE = 6
CALLING_CODES = (1, 2, 3)  # how many digits the code of a country has
SIMILAR = 0.86
# letters with accents, Latin and Cyrillic, that a database may not know to be alike
ACCENTED = (*range(0xC0, 0x250), *range(0x400, 0x460), *range(0x1E00, 0x1F00))


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
    return digits[-PHONE_DIGITS:] if len(digits) >= SHORTEST_PHONE else ""


def phone_keys(number: str | None, calling_code: str = "") -> list[str]:
    """Return the keys under which the same telephone number may be stored, the likeliest first.

    In some countries a subscriber's number has six or seven digits: there the key of a number with
    prefix holds a piece of the prefix, and the key of the same number without one does not.

    :param calling_code: the code of the country for numbers without prefix: ``372``
    """
    plain = re.sub(r"[^\d+]", "", number or "")
    digits = re.sub(r"\D", "", plain).removeprefix("00")
    keys = [phone_key(number)]
    if plain.startswith(("+", "00")):
        keys += [phone_key(digits[length:]) for length in CALLING_CODES]
        # longer numbers end with the same eight digits, whatever stands before
        keys[1:] = [key for key in keys[1:] if len(key) < PHONE_DIGITS]
    elif calling_code and keys[0]:
        keys.append(phone_key(calling_code + digits.lstrip("0")))
    return list(dict.fromkeys(key for key in keys if key))


def _base_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


_SPELLINGS: dict[str, str] = {}
for _letter in map(chr, ACCENTED):
    _base = _base_letter(_letter)
    if len(_base) == 1:
        _SPELLINGS[_base] = _SPELLINGS.get(_base, "") + _letter


def spelling_pattern(word: str) -> str:
    """Return a regular expression of a word of :func:`name_key`, with any accents and in any case.

    It says every letter itself: a database compares letters beyond the Latin ones by its locale.
    """
    return "".join(
        f"[{''.join(dict.fromkeys(sign + sign.upper() + _SPELLINGS.get(sign, '')))}]"
        if sign.isalpha()
        else re.escape(sign)
        for sign in word
    )


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
