"""Settling one subscription at one target: what to bill, what to take back, and when to look again.

The mark says what earlier runs have settled: nothing before ``look_from`` needs looking at again, so that the work does not
grow with the years a subscription has behind it. Settling what is settled finds nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Charge, PlanVersion
from bezant_subscriptions.domain.due import (
    DueCommitment,
    DueOnce,
    DueWindow,
    Target,
    coming,
    due_commitments,
    due_lines,
    due_once,
    due_windows,
)
from bezant_subscriptions.domain.facts import Fact
from bezant_subscriptions.domain.keys import charge_key
from bezant_subscriptions.domain.pieces import Piece, pieces
from bezant_subscriptions.domain.reconcile import Covered, Wanted, missing, surplus
from bezant_subscriptions.domain.timeline import FOREVER, FOREVER_AT, Timeline, build

REACH = timedelta(days=2)
"""How far before its own day a fact may change things: a window of usage ends where the fact begins, and one that a cancellation
ended takes in a day more than it is shown as."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a subscription is settled.

    ``billed_through``: the last target; ``look_from``: days before it need no look; ``dirty_from``: the first day that a fact
    or a void has touched since, or will touch; ``next_due_on`` and ``next_due_at``: when there is something to do, None: never.
    """

    look_from: date
    next_due_on: date | None
    next_due_at: datetime | None
    billed_through: date | None = None
    dirty_from: date | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one subscription comes to at a target. ``mark`` holds once everything in it is written.

    ``dirty``: facts or voids since the last settlement may have made what was billed before wrong, from ``looked_from`` on.
    """

    timeline: Timeline
    lines: Sequence[Wanted]
    windows: Sequence[DueWindow]
    once: Sequence[DueOnce]
    commitments: Sequence[DueCommitment]
    surplus: Sequence[tuple[Covered, calendars.Span]]
    mark: Mark
    billing_date: date
    looked_from: date
    dirty: bool

    @property
    def empty(self) -> bool:
        """Whether there is nothing to bill and nothing to take back."""
        return not (self.lines or self.windows or self.once or self.commitments or self.surplus)

    def windows_through(self, day: date) -> Sequence[DueWindow]:
        """All windows that the facts have and that end by a day, due or still to come."""
        return due_windows(pieces(self.timeline), self.timeline.zone, self.looked_from, Target(day, FOREVER_AT))

    def commitments_through(self, day: date) -> Sequence[DueCommitment]:
        """All minimums that the facts have and whose period ends by a day, due or still to come."""
        return due_commitments(self.timeline, self.looked_from, Target(day, FOREVER_AT))


def settle(
    facts: Sequence[Fact],
    plans: Callable[[UUID], PlanVersion],
    zone: str,
    mark: Mark,
    covered: Sequence[Covered],
    target: Target,
) -> Settlement | None:
    """The difference between what the facts call for at the target and what is covered; None where nothing ever started.

    ``covered`` is the open coverage of recurring charges that reaches beyond ``mark.look_from``. Windows, one-time charges and
    commitments come as the facts have them: what was billed of them before is known to the caller.
    """
    timeline = build(facts, plans, zone)
    if timeline is None:
        return None
    found = pieces(timeline)
    dirty = mark.dirty_from is not None and mark.dirty_from <= target.day
    taken = _surplus(facts, plans, timeline, found, mark, covered, target) if dirty and covered else []
    return Settlement(
        timeline,
        missing(due_lines(found, mark.look_from, target), _kept(covered, taken), mark.look_from),
        due_windows(found, zone, mark.look_from, target),
        due_once(timeline, mark.look_from, target),
        due_commitments(timeline, mark.look_from, target),
        taken,
        _next_mark(facts, timeline, found, target),
        target.day,
        mark.look_from,
        dirty,
    )


def _surplus(
    facts: Sequence[Fact],
    plans: Callable[[UUID], PlanVersion],
    timeline: Timeline,
    found: Sequence[Piece],
    mark: Mark,
    covered: Sequence[Covered],
    target: Target,
) -> list[tuple[Covered, calendars.Span]]:
    effective: Timeline | None = timeline
    entitled: Sequence[Piece] = found
    if pending(facts, target.until):
        effective = build([fact for fact in facts if fact.at < target.until or fact.withdraws is not None], plans, timeline.zone)
        entitled = pieces(effective) if effective else ()
    keep_from = effective.keep_from if effective else None
    return surplus(covered, entitled, _charges(timeline), mark.look_from, keep_from)


def _kept(covered: Sequence[Covered], taken: Sequence[tuple[Covered, calendars.Span]]) -> Sequence[Covered]:
    """Coverage without what is being taken back."""
    if not taken:
        return covered
    gone: dict[UUID, list[calendars.Span]] = {}
    for row, span in taken:
        gone.setdefault(row.id, []).append(span)
    return [
        Covered(
            row.id, row.charge_key, row.layer, row.price_key, rest, row.line_id, row.invoice_id, row.line_span, row.line_amount_minor, 0
        )
        for row in covered
        for rest in calendars.subtract(row.span, gone.get(row.id, ()))
    ]


def _charges(timeline: Timeline) -> dict[str, Charge]:
    return {charge_key(one.plan.plan_code, charge.code): charge for one in timeline.stretches for charge in one.plan.charges}


def pending(facts: Sequence[Fact], until: datetime) -> list[Fact]:
    """Facts that have not taken effect before an instant."""
    return [fact for fact in facts if fact.at >= until and fact.withdraws is None]


def _next_mark(facts: Sequence[Fact], timeline: Timeline, found: Sequence[Piece], target: Target) -> Mark:
    """What holds once everything due at the target is settled."""
    following = coming(timeline, found, target)
    waiting = pending(facts, target.until) if len(facts) > 1 else []
    due_on, open_from = following.due_on, following.open_from
    dirty = min((fact.day for fact in waiting), default=None)
    if dirty is not None:
        due_on, open_from = min(due_on, dirty), min(open_from, dirty)
    due_at = _instant(timeline, waiting, due_on)
    return Mark(
        look_from=min(open_from, FOREVER),
        next_due_on=None if due_on == FOREVER else due_on,
        next_due_at=due_at,
        billed_through=target.day,
        dirty_from=dirty,
    )


def _instant(timeline: Timeline, waiting: Sequence[Fact], day: date) -> datetime | None:
    """The instant at which something falls due on a day: midnight, or later where a fact of that day starts or ends something."""
    if day == FOREVER:
        return None
    midnight = calendars.day_start(day, timeline.zone)
    starts = [one.start_at for one in timeline.stretches if one.start == day and one.start_at > midnight]
    facts = [fact.at for fact in waiting if fact.day == day]
    return min([*starts, *facts], default=midnight)


def first_mark(fact: Fact) -> Mark:
    """The mark of a subscription that has just been started: everything is still to be looked at."""
    return Mark(look_from=fact.day, next_due_on=fact.day, next_due_at=fact.at, dirty_from=fact.day)


def touched(mark: Mark, day: date, today: date, at: datetime, now: datetime) -> Mark:
    """The mark after something changed from a day on: it is looked at again, at the latest on that day, and so is what ended with it."""
    due_on, due_at = max(day, today), max(at, now)
    return Mark(
        look_from=min(mark.look_from, day - REACH),
        next_due_on=due_on if mark.next_due_on is None else min(mark.next_due_on, due_on),
        next_due_at=due_at if mark.next_due_at is None else min(mark.next_due_at, due_at),
        billed_through=mark.billed_through,
        dirty_from=day if mark.dirty_from is None else min(mark.dirty_from, day),
    )
