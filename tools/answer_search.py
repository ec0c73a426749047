"""Which written answers fit what somebody is about to ask."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

OFFERED = 3
# shorter words say nothing
WORD = re.compile(r"\w{3,}")
# endings differ with number and case: what begins alike is the same word
STEM = 5
TITLE_WEIGHT = 3
# one word of the title, or as much of the text
ENOUGH = 3


@dataclass(frozen=True)
class Entry:
    """A written answer as the search sees it.

    :param title: stems of the question and its other words
    :param text: stems of the answer
    """

    id: int
    title: frozenset[str]
    text: frozenset[str]


def stems(text: str) -> frozenset[str]:
    """Return the words of a text, without accents, endings and what is too short."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return frozenset(word[:STEM] for word in WORD.findall(plain))


def best(question: str, entries: Iterable[Entry], limit: int = OFFERED) -> list[int]:
    """Return the ids of the answers that fit a question best, the best first.

    :param entries: in the order that decides between equals
    """
    asked = stems(question)
    scored = []
    for place, entry in enumerate(entries):
        score = TITLE_WEIGHT * len(asked & entry.title) + len(asked & (entry.text - entry.title))
        if score >= ENOUGH:
            scored.append((-score, place, entry.id))
    return [id_ for _score, _place, id_ in sorted(scored)[:limit]]
