"""What arrives by mail: who wrote to whom, man or machine, about which request.

Sources: RFC 5322 (headers), RFC 3834 (automatic responses), RFC 3462 (reports), RFC 8601
(Authentication-Results).
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses

BOUNCE, AUTOMATIC, HUMAN = "bounce", "automatic", "human"

NAME_LENGTH = 200
ADDRESS_LENGTH = 254
KEY_LENGTH = 250
# a newer message is appended to References: the last ones decide
REFERENCES = 32
TOKEN_LENGTH = 10

RECIPIENTS = (
    *("to", "cc", "resent-to", "resent-cc"),
    # written by mail servers, who also know of blind copies
    *("delivered-to", "x-original-to", "envelope-to", "x-envelope-to"),
)
# (header, words that mean a machine; empty: the header alone does)
AUTOMATIC_HEADERS = (
    ("x-auto-response-suppress", ()),
    ("x-autoreply", ()),
    ("x-autorespond", ()),
    ("x-auto-reply-from", ()),
    ("list-id", ()),
    ("precedence", ("bulk", "list", "junk", "auto_reply", "auto-reply")),
)
# people, perhaps, but with a program that would answer an acknowledgement; a rule that redirects
# mails of people leaves marks against loops, too, and Exchange its own on nothing else
DEAF_HEADERS = ("x-odoo-objects", "list-unsubscribe", "feedback-id", "x-loop")
DAEMONS = frozenset(["mailer-daemon", "postmaster", "mailerdaemon", "mail-daemon"])
ROBOTS = DAEMONS | frozenset(
    [
        "bounce",
        "bounces",
        "do-not-reply",
        "donotreply",
        "do_not_reply",
        "no-reply",
        "no_reply",
        "noreply",
        "nobody",
        "notification",
        "notifications",
        "nu-raspunde",
        "no-responder",
        "noresponder",
    ]
)
# whoever shares one of these shares nothing
PUBLIC_PROVIDERS = frozenset(
    ["abv", "aol", "dir", "gmail", "gmx", "googlemail", "hotmail", "icloud", "live", "mail"]
    + ["me", "msn", "outlook", "proton", "protonmail", "terra", "web", "yahoo", "yandex", "zoho"]
)
# how mail programs of our customers name an automatic answer that carries no header
AUTOMATIC_SUBJECTS = (
    "auto:",
    "automatic reply:",
    "autoreply:",
    "auto-reply:",
    "out of office:",
    "abwesend:",
    "automatische antwort:",
    "răspuns automat:",
    "raspuns automat:",
    "автоматичен отговор:",
    "respuesta automática:",
    "respuesta automatica:",
)
REPLY_PREFIX = re.compile(r"^\s*(re|aw|sv|rv|ref|отг|отн|răsp|rasp)\s*(\[\d+\])?\s*:\s*", re.I)
FORWARD_PREFIX = re.compile(r"^\s*(fwd?|wg|tr|rv|enc|reenv|пр|препр|redir)\s*:", re.I)
QUOTED_FROM = re.compile(
    r"^[>\s*_]*(?:from|von|de la|de|от|expeditor|remitente)\s*:[\s*_]*(.+)$", re.I | re.M
)
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
ANGLE = re.compile(r"<([^<>]*)>")
MESSAGE_ID = re.compile(r"<[^<>]+>")
BRACKETED = re.compile(r"\[([^\[\]\s]{2,40})\]")
TOKEN = re.compile(r"^(?P<desk>[^+@]+)\+(?P<kind>[a-z])(?P<id>\d{1,18})\.(?P<mark>[0-9a-f]+)$")
DMARC_FAIL = re.compile(r";\s*dmarc\s*=\s*fail\b", re.I)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Envelope:
    """The headers of a mail, decoded, cleaned and limited."""

    message_id: str
    key: str
    digest: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)

    def header(self, name: str) -> str:
        """Return the first header of a name in lower case, or an empty text."""
        return next(iter(self.headers.get(name, ())), "")

    @property
    def reply_address(self) -> str:
        """Return where answers are wanted, if not at the sender; nothing proves it is theirs."""
        found = _addresses(self.headers.get("reply-to", ()))
        wanted = next(iter(found), "")
        return wanted if wanted != self.sender else ""


# ------------------------------------------------------------
# Reading
# ------------------------------------------------------------


def read_envelope(raw: bytes) -> Envelope:
    """Read the headers of a mail; whatever is broken in them is left out, nothing is raised."""
    head, body = _split(raw)
    written = _headers(head)
    headers = {name: tuple(map(_decode, values)) for name, values in written.items()}
    name, sender = _sender(_first(written, "from"))
    recipients = [address for part in RECIPIENTS for address in _addresses(written.get(part, ()))]
    subject = clean_name(_first(headers, "subject"))
    message_ids = MESSAGE_ID.findall(_unfold(_first(headers, "message-id")))
    message_id = message_ids[0] if message_ids else ""
    thread = _unfold(" ".join(headers.get("references", ())))
    thread += _unfold(_first(headers, "in-reply-to"))
    return Envelope(
        message_id=message_id,
        key=_key(message_id, headers, body),
        digest=_digest(sender, subject, body),
        sender=sender,
        sender_name=name,
        recipients=tuple(dict.fromkeys(recipients)),
        references=tuple(dict.fromkeys(MESSAGE_ID.findall(thread)))[-REFERENCES:],
        subject=subject,
        headers=headers,
    )


def clean_name(text: str | None, length: int = NAME_LENGTH) -> str:
    """Return a text in one line without control signs, cut to a length with an ellipsis."""
    # no subject is worth reading to its end when somebody sends a hundred thousand signs
    plain = BLANKS.sub(" ", CONTROL.sub(" ", (text or "")[: 20 * length])).strip()
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def clean_address(text: str | None) -> str:
    """Return one mail address in lower case, or an empty text when it is none."""
    address = BLANKS.sub("", CONTROL.sub("", text or "")).lower()
    return address if len(address) <= ADDRESS_LENGTH and ADDRESS.fullmatch(address) else ""


def plain_subject(subject: str) -> str:
    """Return a subject without the marks of answers before it, however many."""
    while (shorter := REPLY_PREFIX.sub("", subject)) != subject:
        subject = shorter
    return subject


def _split(raw: bytes) -> tuple[bytes, bytes]:
    raw = raw.lstrip(b"\r\n")
    ends = [(raw.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    found = [(place, size) for place, size in ends if place >= 0]
    if not found:
        return raw, b""
    place, size = min(found)
    return raw[:place], raw[place + size :]


def _headers(head: bytes) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in BytesHeaderParser().parsebytes(head).raw_items():
        found.setdefault(name.lower(), []).append(str(value))
    return {name: tuple(values) for name, values in found.items()}


def _decode(value: str) -> str:
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(_decode_piece(piece, charset) for piece, charset in pieces)
    # no column of the database takes a NUL, and no header has a use for it
    return text.replace("\x00", "")


def _decode_piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        # bytes outside ASCII came through as surrogates
        piece = piece.encode("utf-8", "surrogateescape")
    try:
        return piece.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return piece.decode("utf-8", "replace")


def _first(headers: Mapping[str, tuple[str, ...]], name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _unfold(value: str) -> str:
    return BLANKS.sub("", value)


def _sender(value: str) -> tuple[str, str]:
    """Return name and address of who wrote, read before anything is decoded.

    A name may look like an address, encoded or not: only what stands in the one pair of angle
    brackets counts, else the only address there is.
    """
    text = CONTROL.sub(" ", value)
    bracketed = ANGLE.findall(QUOTED.sub("", text))
    if len(bracketed) == 1:
        name = text.replace(f"<{bracketed[0]}>", "").strip().strip("\"'")
        return clean_name(_decode(name)), clean_address(bracketed[0])
    addresses = {address for address in _addresses([value]) if not bracketed}
    return "", addresses.pop() if len(addresses) == 1 else ""


def _addresses(values: Iterable[str]) -> list[str]:
    pairs = getaddresses([CONTROL.sub(" ", value) for value in values])
    return [address for _name, found in pairs if (address := clean_address(found))]


def _key(message_id: str, headers: Mapping[str, tuple[str, ...]], body: bytes) -> str:
    if message_id and len(message_id) <= KEY_LENGTH:
        return message_id
    parts = [_first(headers, name) for name in ("from", "date", "to", "subject")]
    text = "\n".join(parts).encode("utf-8", "replace") + b"\n" + body
    if message_id:
        text = message_id.encode("utf-8", "replace")
    return "sha256:" + hashlib.sha256(text).hexdigest()


def _digest(sender: str, subject: str, body: bytes) -> str:
    """Tell two mails apart that bear the same Message-ID, whichever way they came."""
    text = f"{sender}\n{subject}\n".encode() + b"".join(body.split())
    return hashlib.sha256(text).hexdigest()


# ------------------------------------------------------------
# Man or machine
# ------------------------------------------------------------


def classify(envelope: Envelope, own_addresses: Collection[str] = ()) -> tuple[str, str]:
    """Tell who wrote: ``(kind, reason)``, the reason in one word, empty for a person.

    :param own_addresses: addresses of ours in lower case: a mail from one of them is our own
    """
    content = envelope.header("content-type").lower()
    local = envelope.sender.partition("@")[0]
    null_path = envelope.header("return-path").strip() == "<>"
    if "disposition-notification" in content:
        return AUTOMATIC, "receipt"
    if "delivery-status" in content:
        return BOUNCE, "report"
    if envelope.header("x-failed-recipients"):
        return BOUNCE, "failed"
    if local in DAEMONS:
        return BOUNCE, "daemon"
    if envelope.sender in own_addresses:
        return AUTOMATIC, "own"
    submitted = envelope.header("auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return AUTOMATIC, "auto-submitted"
    for name, words in AUTOMATIC_HEADERS:
        value = envelope.header(name).strip().lower()
        if value and (not words or value in words):
            return AUTOMATIC, name
    if null_path:
        return AUTOMATIC, "return-path"
    if plain_subject(envelope.subject).lower().startswith(AUTOMATIC_SUBJECTS):
        return AUTOMATIC, "subject"
    return HUMAN, ""


def is_deaf(envelope: Envelope) -> bool:
    """Tell whether a mail came out of a program that sends many: nothing automatic goes back."""
    return any(envelope.header(name) for name in DEAF_HEADERS)


def is_robot(address: str) -> bool:
    """Tell whether nobody reads what is sent to an address, by its name."""
    local = address.partition("@")[0].partition("+")[0].lower()
    return not local or local in ROBOTS


def is_public_provider(domain: str) -> bool:
    """Tell whether anybody may have an address in a domain."""
    return domain.partition(".")[0].lower() in PUBLIC_PROVIDERS


def has_failed_dmarc(envelope: Envelope, trusted: str | None) -> bool:
    """Tell whether our own mail server found the sender forged.

    :param trusted: the name our server writes first in Authentication-Results; the results
        of any other server are whatever the sender wants them to be
    """
    if not trusted:
        return False
    for result in envelope.headers.get("authentication-results", ()):
        server = result.partition(";")[0].split()
        if server and server[0].lower() == trusted.strip().lower() and DMARC_FAIL.search(result):
            return True
    return False


# ------------------------------------------------------------
# About which request
# ------------------------------------------------------------


def build_token(secret: str, kind: str, number: int) -> str:
    """Return what stands behind the plus of an address: ``r12.0a1b2c3d4e``."""
    return f"{kind}{number}.{_mark(secret, kind, number)}"


def read_token(secret: str, kind: str, address: str) -> int | None:
    """Return the number an address carries, or None when it carries none of that kind of ours."""
    match = TOKEN.match(address.partition("@")[0].lower())
    if not match or match["kind"] != kind:
        return None
    number = int(match["id"])
    return number if hmac.compare_digest(match["mark"], _mark(secret, kind, number)) else None


def add_token(address: str, token: str) -> str:
    """Return an address with a token behind its name: ``desk+token@example.com``."""
    local, _at, domain = address.partition("@")
    return f"{local}+{token}@{domain}"


def strip_token(address: str) -> str:
    """Return an address without what stands behind a plus."""
    local, at, domain = address.partition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def subject_numbers(subject: str) -> tuple[str, ...]:
    """Return what stands in square brackets in a subject: numbers of requests, perhaps."""
    return tuple(dict.fromkeys(BRACKETED.findall(subject)))


def _mark(secret: str, kind: str, number: int) -> str:
    mark = hmac.new(secret.encode(), f"counterparty-{kind}-{number}".encode(), hashlib.sha256)
    return mark.hexdigest()[:TOKEN_LENGTH]


# ------------------------------------------------------------
# Who stands behind the sender
# ------------------------------------------------------------


def is_forward(subject: str) -> bool:
    """Tell whether a subject says that a mail of somebody else was passed on."""
    return bool(FORWARD_PREFIX.match(subject))


def forwarded_author(text: str) -> tuple[str, str] | None:
    """Return name and address of the first sender quoted in a forwarded mail.

    :param text: the body as plain text
    """
    for match in QUOTED_FROM.finditer(text):
        line = match.group(1)
        found = ADDRESS.search(line)
        if found:
            name = re.split(r"[<\[(]", line[: found.start()])[0]
            return clean_name(name.strip("\"' ")), found.group(0).lower()
    return None
