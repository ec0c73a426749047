"""Where things are: the checkout, and the state folder outside it."""

import hashlib
import os
from pathlib import Path

ADDON = "counterparty_crm"
CHECKOUT = Path(__file__).resolve().parents[2]
DEVKIT = Path(__file__).resolve().parent


def state(*parts: str) -> Path:
    """Return a path in the state folder, whose parent folders exist."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(cache, ADDON, *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def short_hash(text: str) -> str:
    """Return a name-sized hash; names made of it stay within PostgreSQL's 63 characters."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def checkout_key(checkout: Path = CHECKOUT) -> str:
    """Return what keeps apart the links and databases of several checkouts of one user."""
    return short_hash(str(checkout))
