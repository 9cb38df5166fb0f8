"""Aging: days past due = the day looked at − the due day; zero or less is current, and each edge belongs to the bucket it ends."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bezant.sdk.values import Invalid
from bezant_statements.contracts import Aging, Bucket

Edges = tuple[int, ...]
"""Last days of the buckets past due: (30, 60, 90) makes current, 1-30, 31-60, 61-90 and 91+."""

MOST_EDGES = 6


def parse_edges(texts: Iterable[object], field: str = "statements.aging_edges") -> Edges:
    """Edges as configured. Raises ``Invalid`` unless they are whole days above zero in rising order, one to six of them."""
    written = [str(text).strip() for text in texts]
    edges = tuple(int(text) for text in written if text.isascii() and text.isdigit())
    rising = all(low < high for low, high in zip((0, *edges), edges, strict=False))
    if len(edges) != len(written) or not 1 <= len(edges) <= MOST_EDGES or not rising:
        message = f"Edges are 1 to {MOST_EDGES} whole numbers of days in rising order, such as 30, 60, 90, not {', '.join(written)!r}."
        raise Invalid.field(field, "not_edges", message)
    return edges


def ranges(edges: Edges) -> list[tuple[int | None, int | None]]:
    """Days past due from and to of every bucket, the one that is current first."""
    starts = [1, *(edge + 1 for edge in edges)]
    return [(None, 0), *zip(starts, (*edges, None), strict=True)]


def days_past_due(due_on: date, as_of: date) -> int:
    """Days since the due day; zero on that day, negative before it."""
    return (as_of - due_on).days


def bucket_index(days_late: int, edges: Edges) -> int:
    """Which bucket an item belongs to: 0 is current."""
    return bisect_left((0, *edges), days_late)


def earliest_due(as_of: date, edges: Edges) -> list[date]:
    """For every bucket but the last the first due day that falls into it: what a database compares due days with."""
    return [as_of - timedelta(days=last) for last in (0, *edges)]


def make_aging(amounts: Sequence[int], credit_minor: int, edges: Edges) -> Aging:
    """An aging from the amounts of its buckets."""
    return Aging(tuple(Bucket(low, high, amount) for (low, high), amount in zip(ranges(edges), amounts, strict=True)), credit_minor)


def age(owed: Iterable[tuple[date, int]], credit_minor: int, as_of: date, edges: Edges) -> Aging:
    """The aging of what is owed, each item as its due day and what is open of it."""
    amounts = [0] * (len(edges) + 2)
    for due_on, open_minor in owed:
        amounts[bucket_index(days_past_due(due_on, as_of), edges)] += open_minor
    return make_aging(amounts, credit_minor, edges)
