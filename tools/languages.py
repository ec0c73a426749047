"""In which of our languages a text is written, by its small words."""

import re
from collections.abc import Collection

WORDS = {
    "en": "the and is are was you your have has with for not this that please thank what when our",
    "ro": "și si este sunt nu am ați ati vă va rog mulțumesc multumesc pentru care din la cu bună "
    "buna ziua în este",
    "bg": "и е са не съм сте ви ме моля благодаря за която който от на с със да здравейте уважаеми",
    "es": "el los las es son no su usted que por favor gracias para con una del buenos días hola "
    "está",
}
STOPWORDS = {code: frozenset(words.split()) for code, words in WORDS.items()}
WORD = re.compile(r"[^\W\d_]+")
# the beginning decides: what follows is often a quotation in another language
LETTERS = 2000


def guess_language(text: str, available: Collection[str]) -> str | None:
    """Return the code of the available language a text is most likely in.

    :param available: codes as the host has them, ``ro_RO``
    :return: None when fewer than two small words speak for a language, or two languages are equal
    """
    words = WORD.findall(text[:LETTERS].lower())
    counts = {
        code: sum(word in STOPWORDS[code[:2]] for word in words)
        for code in available
        if code[:2] in STOPWORDS
    }
    best = sorted(counts, key=lambda code: -counts[code])[:2]
    if not best or counts[best[0]] < 2:
        return None
    if len(best) == 2 and counts[best[0]] == counts[best[1]] and best[0][:2] != best[1][:2]:
        return None
    return best[0]
