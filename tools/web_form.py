"""What strangers send over the web: cleaned, read and limited before anything is stored."""

import re
import unicodedata
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LINE, TEXT = 200, 20_000
MAX_ID = 2**31 - 1

MAX_FILES = 5
MAX_BYTES = 10 * 1024 * 1024
# what a business sends; nothing that a browser or a desktop would run
PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "heic")
OFFICE = ("doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp")
EXTENSIONS = frozenset((*PICTURES, *OFFICE, "pdf", "txt", "csv", "eml", "msg", "zip"))
TOO_MANY, TOO_LARGE, EMPTY, FORBIDDEN = "too_many", "too_large", "empty", "forbidden"

HOUR, DAY = 1, 24
# a day allows this many times what an hour does
DAY_FACTOR = 4
# many people share one network
NETWORK_FACTOR = 5

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def clean_text(value, limit: int = TEXT) -> str:
    """Return a text without what cannot be stored or turns the reading around."""
    return _CONTROL.sub("", value if isinstance(value, str) else "").strip()[:limit]


def clean_line(value, limit: int = LINE) -> str:
    """Return a text on one line."""
    return " ".join(clean_text(value).split())[:limit].strip()


def file_name(value: str) -> str:
    """Return the name of a file without the way to it."""
    name = unicodedata.normalize("NFC", clean_line(value.replace("\\", "/").split("/")[-1]))
    return name.lstrip(".") or "file"


def file_problems(files: list[tuple[str, int]]) -> list[tuple[str, str]]:
    """Tell what is wrong with uploaded files.

    :param files: ``(name, bytes)`` of each
    :return: ``(name, problem)``; the name is empty when there are too many
    """
    if len(files) > MAX_FILES:
        return [("", TOO_MANY)]
    problems = []
    for name, size in files:
        extension = name.rpartition(".")[2].lower() if "." in name else ""
        if extension not in EXTENSIONS:
            problems.append((name, FORBIDDEN))
        elif not size:
            problems.append((name, EMPTY))
        elif size > MAX_BYTES:
            problems.append((name, TOO_LARGE))
    return problems


def read_amount(value: str) -> float | None:
    """Read an amount of money as people write it: 1,234.50, 1.234,50, 1234,5, 1 234.

    :return: None when it is no positive amount that an invoice could have
    """
    text = re.sub(r"[\s'\u00a0\u202f]", "", value)
    if not re.fullmatch(r"\d[\d.,]*", text):
        return None
    mark = max(text.rfind("."), text.rfind(","))
    decimals = len(text) - mark - 1
    # three digits behind the only mark are thousands
    whole, rest = text, ""
    if mark >= 0 and (decimals <= 2 or re.search(r"[.,].*[.,]", text) and decimals != 3):
        whole, rest = text[:mark], text[mark + 1 :]
    if not re.fullmatch(r"\d+|\d{1,3}([.,]\d{3})+", whole):
        return None
    amount = float(f"{re.sub('[.,]', '', whole)}.{rest}")
    return amount if 0 < amount < 1e12 else None


def read_moment(value: str, zone: str) -> datetime | None:
    """Read what a browser sends for a day and a time; return it in UTC, without zone.

    :param zone: name of the visitor's time zone; UTC when there is none of that name
    """
    try:
        moment = datetime.strptime(value[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    except ValueError:
        return None
    try:
        local = moment.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        local = moment.replace(tzinfo=UTC)
    return local.astimezone(UTC).replace(tzinfo=None) if 1970 < moment.year < 2100 else None


def network(address: str | None) -> str:
    """Return what of an internet address stands for one visitor: IPv6 gives each a whole /64."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if parsed.version == 4:
        return str(parsed)
    return str(ip_network((parsed, 64), strict=False))


def is_too_many(hour: int, day: int, limit: int) -> bool:
    """Tell whether a visitor who sent this much has reached the limit of an hour or of a day."""
    return hour >= limit or day >= limit * DAY_FACTOR


def read_id(value: str) -> int | None:
    """Return the id of a record as a browser sends it; None for anything else."""
    is_number = value.isascii() and value.isdecimal() and len(value) <= len(str(MAX_ID))
    return min(int(value), MAX_ID) if is_number else None


def page_number(value) -> int:
    """Return the number of a page of a list, the first one for what is no number."""
    text = str(value)
    return min(int(text), MAX_ID) if re.fullmatch(r"[0-9]{1,20}", text) else 1


def plain_cell(value) -> str:
    """Return a text that no table program takes for a formula."""
    text = clean_text(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def is_account(text: str) -> bool:
    """Tell whether a text can be a bank account: of an IBAN its check digits have to be right.

    ISO 13616: the first four signs go to the end, letters count from 10, the rest by 97 is 1.
    """
    plain = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z/.]{5,42}", plain):
        return False
    if not re.match(r"[A-Z]{2}[0-9]{2}", plain):
        return True
    turned = plain[4:] + plain[:4]
    return turned.isalnum() and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_tax_number(text: str) -> bool:
    """Tell whether a text can be a tax number: some letters and digits, with what parts them."""
    return bool(re.fullmatch(r"[0-9A-Za-z .\-/]{2,24}", text)) and any(map(str.isdigit, text))
