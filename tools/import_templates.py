"""Which import template fits a user's language."""

LANGUAGES = ("en", "ro", "bg", "es")
FOLDER = "/counterparty_crm/static/import"


def template_path(name: str, lang: str | None) -> str:
    """Return the address of a template in the language of the user, in English for others."""
    language = (lang or "").partition("_")[0]
    return f"{FOLDER}/{name}_{language if language in LANGUAGES else LANGUAGES[0]}.csv"
