"""The timeline: standing facts become stretches, in each of which one plan, quantity and set of prices holds.

Stretches never overlap; a pause is a gap between two of them. Recurring charges use a stretch's days, metered ones its instants.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Phase, PlanVersion, PriceModel
from bezant_subscriptions.domain.facts import (
    Cancelled,
    CycleDayChanged,
    Fact,
    PlanChanged,
    PriceOverridden,
    QuantityChanged,
    Started,
    Unused,
    standing,
)

FOREVER = date(9000, 1, 1)
"""The end of what has no end."""
FOREVER_AT = datetime(9000, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
NO_PRICES: Mapping[str, PriceModel] = MappingProxyType({})

Plans = Callable[[UUID], PlanVersion]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stretch ends for good: the day of the cancellation and what was agreed about it."""

    day: date
    at: datetime
    terms: Cancelled


@dataclass(frozen=True, slots=True)
class Closing:
    """The day and instant of the fact that ends a stretch: its arrears are billed then, although their period has not ended.

    ``final``: a cancellation, of whose day all usage still counts.
    """

    day: date
    at: datetime
    final: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """What holds over ``[start, end)``, for metered charges over ``[start_at, end_at)``.

    ``grid_from`` is the day on which a cycle-day grid is laid anew. ``opens`` is true of the first stretch of a plan, where its
    one-time charges fall due.
    """

    plan: PlanVersion
    quantity: Decimal
    start: date
    start_at: datetime
    end: date = FOREVER
    end_at: datetime = FOREVER_AT
    grid_from: date = date.min
    cycle_day: int | None = None
    prices: Mapping[str, PriceModel] = field(default_factory=lambda: NO_PRICES)
    phase: Phase | None = None
    opens: bool = True
    closes: Closing | None = None
    ending: Ending | None = None

    @property
    def trial(self) -> bool:
        """Whether recurring charges are free."""
        return self.phase is not None and self.phase.kind == "trial"


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole of a subscription as its facts have it. ``zone`` is the account's."""

    started: Started
    start: date
    zone: str
    stretches: tuple[Stretch, ...]

    @property
    def cycle_day(self) -> int:
        """The cycle day: the one that was said, else the day of the first recurring charge that is not free."""
        if self.started.cycle_day is not None:
            return self.started.cycle_day
        paid = (one.start for one in self.stretches if not one.trial and any(c.kind == "recurring" for c in one.plan.charges))
        return next(paid, self.start).day

    @property
    def ending(self) -> Ending | None:
        """The cancellation that ends it, if it ends."""
        return self.stretches[-1].ending if self.stretches else None

    @property
    def keep_from(self) -> date | None:
        """From this day on nothing that is paid for is credited, since the paid rest was to be kept."""
        ending = self.ending
        return ending.day if ending and ending.terms.unused is Unused.KEEP else None

    def on(self, day: date) -> Stretch | None:
        """The stretch that a day lies in."""
        return next((one for one in self.stretches if one.start <= day < one.end), None)


def build(facts: Sequence[Fact], plans: Plans, zone: str) -> Timeline | None:
    """The timeline of these facts; None where nothing started.

    ``plans`` gives a plan version by id, priced in the account's currency.
    """
    if len(facts) == 1 and isinstance(facts[0].terms, Started):
        return _unchanged(facts[0], facts[0].terms, plans, zone)
    ordered = standing(facts)
    start = next((fact for fact in ordered if isinstance(fact.terms, Started)), None)
    if start is None or not isinstance(start.terms, Started):
        return None
    walk = _Walk(start, start.terms, plans, zone)
    for fact in _dated(ordered, zone):
        if fact is not start:
            walk.take(fact)
    stretches = _with_phases(walk.finish(), start.terms, start, zone)
    return Timeline(start.terms, start.day, zone, tuple(stretches))


def _unchanged(fact: Fact, terms: Started, plans: Plans, zone: str) -> Timeline:
    """The timeline of a subscription of which nothing was said but that it started: most of them."""
    stretch = Stretch(plans(terms.plan), terms.quantity, fact.day, fact.at, grid_from=fact.day, cycle_day=terms.cycle_day)
    stretches = _with_phases([stretch], terms, fact, zone) if stretch.plan.phases else [stretch]
    return Timeline(terms, fact.day, zone, tuple(stretches))


def _dated(facts: Sequence[Fact], zone: str) -> list[Fact]:
    """Facts at the instants at which they take effect: a new cycle day waits for its next occurrence."""
    if len(facts) == 1:
        return list(facts)
    moved = [_at_occurrence(fact, zone) if isinstance(fact.terms, CycleDayChanged) else fact for fact in facts]
    return sorted(moved, key=lambda fact: (fact.at, fact.seq))


def _at_occurrence(fact: Fact, zone: str) -> Fact:
    assert isinstance(fact.terms, CycleDayChanged)
    day = calendars.next_cycle_day(fact.day, fact.terms.day)
    return fact if day == fact.day else replace(fact, day=day, at=calendars.day_start(day, zone))


class _Walk:
    """Takes facts in order and cuts stretches where they change something."""

    def __init__(self, fact: Fact, terms: Started, plans: Plans, zone: str) -> None:
        self.plans, self.zone = plans, zone
        self.cycle_day = terms.cycle_day
        self.done: list[Stretch] = []
        self.now: Stretch | None = Stretch(
            plans(terms.plan), terms.quantity, fact.day, fact.at, grid_from=fact.day, cycle_day=terms.cycle_day
        )
        self.last = self.now
        self.ended = False

    def take(self, fact: Fact) -> None:
        """Reads one more fact; one that says nothing in this state (a pause during a pause) changes nothing."""
        getattr(self, f"_{fact.kind.value}")(fact)

    def finish(self) -> list[Stretch]:
        """All stretches, the running one included."""
        return [*self.done, self.now] if self.now else self.done

    def _change(self, fact: Fact, **changes: object) -> None:
        """A new stretch with some other values; while paused they wait for the resumption."""
        if self.now is None:
            self.last = replace(self.last, **changes)  # type: ignore[arg-type]
            return
        opens = bool(changes.pop("opens", False))
        begun = replace(self.now, start=fact.day, start_at=fact.at, opens=opens, **changes)  # type: ignore[arg-type]
        self._close(fact, fact.day, fact.at)
        self.now = self.last = begun

    def _close(self, fact: Fact, day: date, at: datetime, ending: Ending | None = None) -> None:
        assert self.now is not None
        closes = Closing(fact.day, fact.at, final=ending is not None)
        self.done.append(replace(self.now, end=max(day, self.now.start), end_at=at, closes=closes, ending=ending))
        self.now = None
        self.ended = ending is not None

    def _plan_changed(self, fact: Fact) -> None:
        assert isinstance(fact.terms, PlanChanged)
        quantity = self.last.quantity if fact.terms.quantity is None else fact.terms.quantity
        self._change(fact, plan=self.plans(fact.terms.plan), quantity=quantity, prices=NO_PRICES, grid_from=fact.day, opens=True)

    def _quantity_changed(self, fact: Fact) -> None:
        assert isinstance(fact.terms, QuantityChanged)
        self._change(fact, quantity=fact.terms.quantity)

    def _price_overridden(self, fact: Fact) -> None:
        assert isinstance(fact.terms, PriceOverridden)
        prices = {code: price for code, price in self.last.prices.items() if code != fact.terms.charge}
        if fact.terms.price is not None:
            prices[fact.terms.charge] = fact.terms.price
        self._change(fact, prices=MappingProxyType(prices))

    def _cycle_day_changed(self, fact: Fact) -> None:
        assert isinstance(fact.terms, CycleDayChanged)
        self._change(fact, cycle_day=fact.terms.day, grid_from=fact.day)

    def _paused(self, fact: Fact) -> None:
        if self.now is not None:
            self.last = self.now
            self._close(fact, fact.day, fact.at)

    def _resumed(self, fact: Fact) -> None:
        if self.now is None and not self.ended:
            opens = bool(self.done) and self.done[-1].plan != self.last.plan
            self.now = replace(self.last, start=fact.day, start_at=fact.at, grid_from=fact.day, opens=opens, ending=None, closes=None)
            self.last = self.now

    def _cancelled(self, fact: Fact) -> None:
        assert isinstance(fact.terms, Cancelled)
        ending = Ending(fact.day, fact.at, fact.terms)
        if self.now is not None:
            self._close(fact, *_last_instant(fact, fact.terms, self.zone), ending=ending)
        elif not self.ended:
            self.done[-1] = replace(self.done[-1], ending=ending)
            self.ended = True

    def _uncancelled(self, fact: Fact) -> None:
        """Goes on from here; what had ended stays as it was, but for the rest of this day, which belongs to what follows."""
        if self.now is None and self.ended:
            last = self.done[-1]
            self.done[-1] = replace(last, end=max(min(last.end, fact.day), last.start), end_at=min(last.end_at, fact.at))
            self.ended = False
            self._resumed(fact)


def _last_instant(fact: Fact, terms: Cancelled, zone: str) -> tuple[date, datetime]:
    """The day and instant up to which a cancelled stretch reaches.

    Usage of the whole day of a cancellation still counts, whether or not the day is paid for.
    """
    after = fact.day + ONE_DAY
    return (after if terms.used else fact.day), calendars.day_start(after, zone)


def _with_phases(stretches: list[Stretch], terms: Started, start: Fact, zone: str) -> list[Stretch]:
    """Stretches cut where a phase of their plan ends; phases count from the start of the subscription, to the same time of the day."""
    if not any(one.plan.phases for one in stretches):
        return stretches
    return [part for one in stretches for part in _phased(one, terms, start, zone)]


def _phased(stretch: Stretch, terms: Started, start: Fact, zone: str) -> list[Stretch]:
    parts: list[Stretch] = []
    for phase, span in _phase_spans(stretch.plan.phases, start.day, terms.trial_used):
        if stretch.start in span or (span.start < stretch.end and stretch.start < span.end):
            parts.append(_in_phase(stretch, phase, span, _same_time(start.at, zone), first=not parts))
    return parts or [stretch]


def _same_time(at: datetime, zone: str) -> Callable[[date], datetime]:
    """The instant of any day at which its clock shows the same time as at ``at``."""
    there = calendars.zone(zone)
    time = at.astimezone(there).time()
    return lambda day: datetime.combine(day, time, there).astimezone(UTC)


def _phase_spans(phases: Sequence[Phase], start: date, trial_used: bool) -> list[tuple[Phase, calendars.Span]]:
    spans, day = [], start
    for phase in phases:
        if phase.kind == "trial" and trial_used:
            continue
        end = FOREVER
        if phase.unit is not None and phase.count is not None:
            end = calendars.add_interval(day, calendars.Interval(calendars.Unit(phase.unit), phase.count))
        spans.append((phase, calendars.Span(day, end)))
        day = end
    return spans


def _in_phase(stretch: Stretch, phase: Phase, span: calendars.Span, on: Callable[[date], datetime], *, first: bool) -> Stretch:
    """The part of a stretch that lies in a phase. A cancellation on the day its trial ends leaves nothing after the trial."""
    starts_here = span.start > stretch.start
    ends_here = span.end < stretch.end
    changed: dict[str, object] = {"phase": phase, "opens": stretch.opens and first}
    if starts_here:
        changed |= {"start": span.start, "start_at": on(span.start), "grid_from": span.start}
        if stretch.ending is not None and stretch.ending.day == span.start:
            changed |= {"end": span.start}
    if ends_here:
        changed |= {"end": span.end, "end_at": on(span.end), "closes": None, "ending": None}
    return replace(stretch, **changed)  # type: ignore[arg-type]
