"""The parts of a mail: read within limits of size, number and depth, dropped with their names."""

import codecs
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from .mail_intake import clean_name

MAX_RAW = 60_000_000
MAX_TOTAL = 30_000_000
MAX_FILES = 50
# what nobody reads to its end: longer texts are cut
MAX_TEXT = 1_000_000
MAX_DEPTH = 20


@dataclass
class Allowance:
    """How much of a mail is still read."""

    raw: int = MAX_RAW
    total: int = MAX_TOTAL
    files: int = MAX_FILES
    text: int = MAX_TEXT
    depth: int = MAX_DEPTH
    dropped: list[str] = field(default_factory=list)


def read_parts(raw: bytes, allowance: Allowance | None = None) -> tuple[EmailMessage, list[str]]:
    """Return a mail without the parts beyond the limits, and the names of those.

    What is left can be decoded: unknown character sets are read as UTF-8. The text of a mail
    comes first and is read even when it is large; nothing of a dropped part is decoded.

    :raises RecursionError: when parts are nested beyond what the language can follow
    """
    allowance = allowance or Allowance()
    if len(raw) > allowance.raw:
        head = raw.partition(b"\r\n\r\n")[0] if b"\r\n\r\n" in raw else raw.partition(b"\n\n")[0]
        message = message_from_bytes(_only_address_headers(head), policy=policy.SMTP)
        return message, [f"{len(raw) // 1_000_000} MB"]
    message = message_from_bytes(raw, policy=policy.SMTP)
    _limit(message, allowance, 0)
    return message, allowance.dropped


def _only_address_headers(head: bytes) -> bytes:
    """Return headers without those that describe a body which is not there any more."""
    lines: list[bytes] = []
    keep = False
    for line in head.splitlines():
        if not line.startswith((b" ", b"\t")):
            keep = not line.lower().startswith(b"content-")
        if keep:
            lines.append(line)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _limit(message: EmailMessage, allowance: Allowance, depth: int) -> None:
    if not message.is_multipart():
        if _is_file(message) and not _may_stay(message, allowance):
            allowance.dropped.append(part_name(message))
            message.clear_content()
            message.set_content("")
        _make_readable(message, allowance)
        return
    kept = []
    for part in message.get_payload():
        if part.get_content_maintype() == "multipart":
            if depth >= allowance.depth:
                allowance.dropped.append(part_name(part))
                continue
            _limit(part, allowance, depth + 1)
        elif not _may_stay(part, allowance):
            allowance.dropped.append(part_name(part))
            continue
        else:
            _make_readable(part, allowance)
        kept.append(part)
    message.set_payload(kept)


def _may_stay(part: EmailMessage, allowance: Allowance) -> bool:
    # a mail inside the mail brings its own files
    leaves = [leaf for leaf in part.walk() if not leaf.is_multipart()]
    size = sum(map(_encoded_size, leaves))
    files = max(sum(map(_is_file, leaves)), _is_file(part))
    if size > allowance.total or files > allowance.files:
        return False
    allowance.total -= size
    allowance.files -= files
    return True


def _is_file(part: EmailMessage) -> bool:
    return bool(part.get_filename()) or part.get_content_maintype() != "text"


def _encoded_size(part: EmailMessage) -> int:
    payload = part.get_payload()
    return len(payload) if isinstance(payload, str) else 0


def _make_readable(part: EmailMessage, allowance: Allowance) -> None:
    if part.get_content_maintype() != "text":
        return
    charset = part.get_content_charset()
    try:
        codecs.lookup(charset or "utf-8")
    except (LookupError, ValueError):
        part.set_param("charset", "utf-8")
    payload = part.get_payload()
    is_long = isinstance(payload, str) and len(payload) > allowance.text
    if is_long and not part.get_filename():
        allowance.dropped.append(f"{part.get_content_type()} > {allowance.text // 1000} kB")
        payload = payload[: allowance.text]
        if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
            # four signs are three bytes, no less
            payload = "".join(payload.split())
            payload = payload[: len(payload) // 4 * 4]
        part.set_payload(payload)


def part_name(part: EmailMessage) -> str:
    """Return the name of a part as its sender gave it, else what it is."""
    try:
        name = part.get_filename()
    except (LookupError, ValueError):
        name = None
    return clean_name(name) or part.get_content_type()
