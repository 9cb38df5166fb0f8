"""References that payers quote: creditor references of ISO 11649 (RF, two check digits, up to 21 letters and digits)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

LONGEST = 21
"""Characters of a reference after its check digits."""

_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_WORD = re.compile(r"[0-9A-Z][0-9A-Z/._-]*")


def body_of(number: str) -> str:
    """The part of a reference that comes from a document's or an account's number: its letters and digits, the last 21."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())[-LONGEST:]


def reference_of(number: str) -> str:
    """The creditor reference of a number: ``PNY-2013-000140`` is ``RF…PNY2013000140``. Empty where the number has nothing to quote."""
    body = body_of(number)
    return f"RF{98 - _remainder(body + 'RF00'):02d}{body}" if body else ""


def is_reference(text: str) -> bool:
    """Whether a compact text is a creditor reference with right check digits."""
    return _RF.fullmatch(text) is not None and _remainder(text[4:] + text[:4]) == 1


def spaced(reference: str) -> str:
    """A reference in groups of four, as people read it."""
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))


def _remainder(text: str) -> int:
    """ISO 7064 mod 97-10 of letters and digits."""
    return int("".join(str(int(character, 36)) for character in text)) % 97


def quoted(text: str) -> list[str]:
    """The bodies of whatever in ``text`` may be a reference or a number, those with right check digits first.

    Banks cut and space texts as they like, so the whole text without spaces is searched for references, too.
    """
    upper = text.upper()
    found = [match[4:] for match in _references(re.sub(r"[^0-9A-Z]", "", upper))]
    words = [body_of(word) for word in _WORD.findall(upper)]
    return list(dict.fromkeys([*found, *(word for word in words if len(word) >= 3), *[w[4:] for w in words if is_reference(w)]]))


def _references(compact: str) -> list[str]:
    """Creditor references in a text without spaces, the longest at each RF first: where one ends, only those known can tell."""
    starts = [found.start() for found in re.finditer("RF", compact)]
    candidates = (compact[start : start + length] for start in starts for length in range(4 + LONGEST, 6, -1))
    return [candidate for candidate in candidates if is_reference(candidate)]


@dataclass(frozen=True, slots=True)
class Known:
    """What a reference leads to: an account, and with ``item_id`` one of its open items."""

    account_id: UUID
    item_id: UUID | None = None


def match(bodies: Sequence[str], known: Mapping[str, Sequence[Known]]) -> tuple[UUID | None, tuple[UUID, ...]]:
    """Whose money it is by what was quoted: one payer, and the items named, in that order; nobody where references disagree."""
    meant = [one for body in bodies for one in known.get(body, ())]
    accounts = {one.account_id for one in meant}
    if len(accounts) != 1:
        return None, ()
    return accounts.pop(), tuple(dict.fromkeys(one.item_id for one in meant if one.item_id is not None))
