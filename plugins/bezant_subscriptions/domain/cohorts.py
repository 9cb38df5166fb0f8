"""Cohorts: subscriptions of a page that are alike, settled and drafted once.

Most subscriptions of a page took the same plan on the same terms and day and have nothing open from before. What they come to is
the same but for ids, so the first of them is computed and the others are made from it. Whatever else takes part (coverage,
usage, one-time charges, commitments) makes a subscription a case of its own.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from bezant.sdk.values import like, new_id
from bezant_subscriptions.domain.drafting import Case
from bezant_subscriptions.domain.facts import Fact
from bezant_subscriptions.domain.keys import lane
from bezant_subscriptions.domain.settlement import Mark, Settlement

Columns = tuple[int, dict[str, Sequence[Any]]]
"""Rows by their columns: how many, and the values, which come again where there are fewer."""


class Cohorts:
    """What was settled and drafted on a page so far, by what makes others alike."""

    def __init__(self) -> None:
        self.settled: dict[Hashable, Settlement | None] = {}
        self.drafted: dict[Hashable, Case] = {}


def said_alike(facts: Sequence[Fact]) -> Hashable:
    """The same for subscriptions of which the same was said; terms are compared by identity, since those that are alike are read once."""
    return tuple([(fact.seq, fact.kind, fact.at, fact.day, id(fact.terms), fact.withdraws) for fact in facts])


def settled_alike(facts: Sequence[Fact], mark: Mark, currency: str, zone: str) -> Hashable:
    """The same for subscriptions that settle alike where nothing covers them: all that ``settle`` looks at but the target."""
    standing = (mark.look_from, mark.next_due_on, mark.next_due_at, mark.billed_through, mark.dirty_from)
    return said_alike(facts), standing, currency, zone


def drafted_alike(case: Case) -> Hashable | None:
    """The same for cases that come to the same lines; None for a case of its own."""
    settlement = case.settlement
    before = case.covered or case.windows or case.trued_up
    if before or settlement.windows or settlement.once or settlement.commitments:
        return None
    return id(settlement), case.currency, case.language


def draft_like(case: Case, pattern: Case) -> None:
    """The lines of a case that is like another, under ids of its own; its coverage is that of the pattern (see ``coverage``)."""
    case.pattern = pattern
    case.lines = [like(line, id=new_id(), subscription_id=case.subscription_id) for line in pattern.lines]


def coverage(cases: Iterable[Case]) -> list[Columns]:
    """The rows of coverage of a page's cases: a batch for each cohort, and one for all others."""
    cohorts: dict[int, list[Case]] = {}
    others: list[Mapping[str, Any]] = []
    for case in cases:
        if case.pattern is None:
            others += case.coverage
        else:
            cohorts.setdefault(id(case.pattern), []).append(case)
    batches = [_columns(others)] if others else []
    return batches + [_coverage_like(members) for members in cohorts.values() if members[0].lines]


def _columns(rows: Sequence[Mapping[str, Any]]) -> Columns:
    return len(rows), {name: [row[name] for row in rows] for name in rows[0]}


def _coverage_like(members: Sequence[Case]) -> Columns:
    pattern = members[0].pattern
    assert pattern is not None
    lines = [(case, line.id, row) for case in members for line, row in zip(case.lines, pattern.coverage, strict=True)]
    ids: list[UUID] = [line_id for _, line_id, _ in lines]
    own: dict[str, Sequence[Any]] = {
        "id": ids,
        "line_id": ids,
        "subscription_id": [case.subscription_id for case, _, _ in lines],
        "lane": [lane(case.subscription_id, row["charge_key"], row["layer"]) for case, _, row in lines],
        "invoice_id": [case.invoice_id for case, _, _ in lines],
    }
    return len(lines), _columns(pattern.coverage)[1] | own
