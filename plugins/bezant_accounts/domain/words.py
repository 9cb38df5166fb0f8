"""The words of a name, as the global search finds them."""

import re
import unicodedata

LONGEST = 60
MOST = 12
_WORD = re.compile(r"\w+")


def words(name: str) -> list[str]:
    """The distinct words of a name in small letters and without accents, at most twelve: ``Hawaiian Airlines`` → hawaiian, airlines."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(plain(name))))[:MOST]


def plain(text: str) -> str:
    """Text in small letters and without accents, to compare by."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
