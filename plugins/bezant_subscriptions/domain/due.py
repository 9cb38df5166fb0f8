"""What a timeline calls for: lines of recurring charges, windows of metered ones, one-time charges, minimum commitments.

Recurring charges in advance fall due on the first day of what they pay for, all others on the day after their period, or on the
day of the fact that ends it. Everything here is about one subscription and pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Charge, Commitment, PlanVersion, PriceModel
from bezant_subscriptions.domain.keys import charge_key, with_quantity
from bezant_subscriptions.domain.pieces import Piece, end_of, grid_for, is_metered, price_of, quantity_of
from bezant_subscriptions.domain.timeline import FOREVER, ONE_DAY, Closing, Timeline

NO_QUANTITY = Decimal(0)
WHOLE = ""
"""The layer of what is billed whole, or of the first step of a quantity."""


@dataclass(frozen=True, slots=True)
class Target:
    """How far to look: through the local day ``day``; facts and changes count that happen before the instant ``until``."""

    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class DueLine:
    """A span of one charge to be paid: ``span`` of ``period``, for the units above ``below`` up to ``quantity``."""

    piece: Piece
    span: calendars.Span
    period: calendars.Span
    quantity: Decimal
    price_key: str
    below: Decimal = NO_QUANTITY
    layer: str = WHOLE


@dataclass(frozen=True, slots=True)
class DueWindow:
    """A window ``[from_at, to_at)`` of a metered charge; ``span`` are the local days it is shown as."""

    piece: Piece
    span: calendars.Span
    period: calendars.Span
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class DueCommitment:
    """A minimum over ``span`` of ``period``."""

    plan: PlanVersion
    commitment: Commitment
    span: calendars.Span
    period: calendars.Span

    @property
    def key(self) -> str:
        """Its charge key."""
        return charge_key(self.plan.plan_code, "commitment")


@dataclass(frozen=True, slots=True)
class DueOnce:
    """A one-time charge, known by (plan, charge, day)."""

    plan: PlanVersion
    charge: Charge
    price: PriceModel
    quantity: Decimal
    day: date

    @property
    def key(self) -> str:
        """Its charge key."""
        return charge_key(self.plan.plan_code, self.charge.code)


@dataclass(frozen=True, slots=True)
class _Minimum:
    """A commitment over the whole time for which it holds."""

    plan: PlanVersion
    commitment: Commitment
    grid: calendars.Grid
    start: date
    end: date
    closes: Closing | None


# Recurring charges ------------------------------------------------------------------------------------------------------------


def lines(piece: Piece, window: calendars.Span) -> Iterator[DueLine]:
    """The lines of a recurring piece that have a day in ``window``, whole, whether due or not."""
    start, end = max(piece.start, window.start), min(piece.end, window.end)
    if start >= end:
        return
    own = calendars.Span(piece.start, piece.end)
    for period in piece.grid.periods(calendars.Span(start, end)):
        span = period.clip(own)
        if span is not None:
            yield from _line(piece, span, _divisor(piece, span, period))


def due_lines(found: Iterable[Piece], settled: date, target: Target) -> list[DueLine]:
    """The lines of recurring pieces that are due at the target and reach beyond the day ``settled``."""
    window = calendars.Span(settled, target.day + ONE_DAY)
    return [line for piece in found if not is_metered(piece.charge) for line in lines(piece, window) if is_due(line, target)]


def is_due(line: DueLine, target: Target) -> bool:
    """Whether a line is to be billed at the target."""
    piece, span = line.piece, line.span
    if piece.charge.timing == "advance":
        return span.start <= target.day and (span.start > piece.start or piece.start_at < target.until)
    return _ended(span.end, piece.end, piece.closes, target)


def _ended(end: date, last: date, closes: Closing | None, target: Target) -> bool:
    if end == last and closes is not None:
        return closes.at < target.until
    return end <= target.day


def _due_on(end: date, last: date, closes: Closing | None) -> date:
    return min(end, closes.day) if end == last and closes is not None else end


def _divisor(piece: Piece, span: calendars.Span, period: calendars.Span) -> calendars.Span:
    """The period by which a span is divided: the one that encloses it. A stub before a new cycle day that does not begin on an old
    boundary is divided by the new cycle's period that ends there."""
    if piece.next_grid is not None and span.end == piece.end and span.start != period.start:
        return piece.next_grid.period(span.end - ONE_DAY)
    return period


def _line(piece: Piece, span: calendars.Span, period: calendars.Span) -> Iterator[DueLine]:
    if len(piece.steps) == 1:
        key = piece.price_key
        if piece.charge.quantity_source == "seats" and piece.charge.on_change == "difference":
            key = with_quantity(key, piece.steps[0][1])
        yield DueLine(piece, span, period, piece.steps[0][1], key)
    else:
        yield from _layers(piece, span, period)


def _layers(piece: Piece, span: calendars.Span, period: calendars.Span) -> Iterator[DueLine]:
    """A quantity that rises within a period adds a layer from that day on; one that falls changes nothing before the next period."""
    level = NO_QUANTITY
    for day, quantity in _steps_within(piece, span):
        if quantity > level or day == span.start:
            layer = WHOLE if level == 0 else f"{level.normalize():f}"
            key = with_quantity(piece.price_key, quantity)
            yield DueLine(piece, calendars.Span(day, span.end), period, quantity, key, level, layer)
            level = quantity


def _steps_within(piece: Piece, span: calendars.Span) -> list[tuple[date, Decimal]]:
    """The quantity on the first day, and each later one from its day."""
    before = [step for step in piece.steps if step[0] <= span.start]
    within = [step for step in piece.steps if span.start < step[0] < span.end]
    return [(span.start, before[-1][1]), *within]


# Metered charges --------------------------------------------------------------------------------------------------------------


def windows(piece: Piece, zone: str, since: date) -> Iterator[DueWindow]:
    """The windows of a metered piece that reach beyond the day ``since``, in order, without end."""
    own = calendars.Span(piece.start, _last_day(piece, zone))
    if since >= own.end:
        return
    for period in piece.grid.periods(calendars.Span(max(since, piece.start), own.end)):
        span = period.clip(own)
        if span is not None:
            from_at = piece.start_at if span.start == piece.start else calendars.day_start(span.start, zone)
            to_at = piece.end_at if span.end == own.end else calendars.day_start(span.end, zone)
            yield DueWindow(piece, span, period, from_at, to_at)


def due_windows(found: Iterable[Piece], zone: str, settled: date, target: Target) -> list[DueWindow]:
    """The windows that ended by the target and reach beyond the day ``settled``."""
    return [window for piece in found if is_metered(piece.charge) for window in _ended_windows(piece, zone, settled, target)]


def _ended_windows(piece: Piece, zone: str, settled: date, target: Target) -> Iterator[DueWindow]:
    last = _last_day(piece, zone)
    if piece.start_at >= target.until:
        return
    for window in windows(piece, zone, settled):
        if not _ended(window.span.end, last, piece.closes, target):
            return
        yield window


def _last_day(piece: Piece, zone: str) -> date:
    """The day before which the days end that the windows of a metered piece are shown as; at least one day after its start.

    On a boundary, the day of a cancellation belongs to the last period; what comes before the instant of any other change is a window
    of its own, in the period that begins there.
    """
    closes, first = piece.closes, piece.start + ONE_DAY
    if closes is None or closes.day < first or not piece.grid.is_boundary(closes.day):
        return max(piece.end, first)
    within = not closes.final and piece.end_at > calendars.day_start(closes.day, zone)
    return closes.day + ONE_DAY if within else closes.day


# One-time charges and commitments ---------------------------------------------------------------------------------------------


def due_once(timeline: Timeline, settled: date, target: Target) -> list[DueOnce]:
    """One-time charges of plans taken by the target, not before the day ``settled``."""
    return [
        DueOnce(one.plan, charge, price_of(one, charge), quantity_of(one, charge), one.start)
        for one in timeline.stretches
        if one.opens and one.start >= settled and one.start_at < target.until
        for charge in one.plan.charges
        if charge.kind == "one_time"
    ]


def due_commitments(timeline: Timeline, settled: date, target: Target) -> list[DueCommitment]:
    """Minimums whose period ended by the target and reaches beyond the day ``settled``."""
    return [
        line
        for minimum in _minimums(timeline)
        for line in _periods_of(minimum, settled, target.day + ONE_DAY)
        if _ended(line.span.end, minimum.end, minimum.closes, target)
    ]


def _periods_of(minimum: _Minimum, settled: date, until: date) -> Iterator[DueCommitment]:
    own = calendars.Span(minimum.start, minimum.end)
    start, end = max(settled, own.start), min(own.end, until)
    for period in minimum.grid.periods(calendars.Span(start, end)) if start < end else ():
        span = period.clip(own)
        if span is not None:
            yield DueCommitment(minimum.plan, minimum.commitment, span, period)


def _minimums(timeline: Timeline) -> list[_Minimum]:
    chain: list[_Minimum] = []
    for one in timeline.stretches:
        grid = grid_for(timeline, one)
        end, _ = end_of(one, grid)
        if one.plan.commitment is None or one.trial or one.start >= end:
            continue
        new = _Minimum(one.plan, one.plan.commitment, grid, one.start, end, one.closes)
        last = chain[-1] if chain else None
        if (
            last
            and last.end == new.start
            and (last.plan.plan_code, last.commitment, last.grid) == (new.plan.plan_code, new.commitment, new.grid)
        ):
            chain[-1] = replace(last, end=new.end, closes=new.closes)
        else:
            chain.append(new)
    return chain


# What comes next --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Next:
    """The next day on which something falls due, and the first day that this or anything else unfinished reaches back to."""

    due_on: date = FOREVER
    open_from: date = FOREVER

    def and_(self, due_on: date, open_from: date) -> "Next":
        """The earlier of both, each for itself."""
        return Next(min(self.due_on, due_on), min(self.open_from, open_from))


def coming(timeline: Timeline, found: Iterable[Piece], target: Target) -> Next:
    """What falls due after the target by all that is known."""
    following = Next()
    for piece in found:
        if is_metered(piece.charge):
            following = following.and_(*_next_window(piece, timeline.zone, target))
        else:
            following = following.and_(*_next_line(piece, target))
    for one in timeline.stretches:
        if one.opens and one.start_at >= target.until and any(charge.kind == "one_time" for charge in one.plan.charges):
            following = following.and_(one.start, one.start)
    for minimum in _minimums(timeline):
        following = following.and_(*_next_minimum(minimum, target))
    return following


def _next_line(piece: Piece, target: Target) -> tuple[date, date]:
    """(due on, starts on) of the first line of a piece that is not due at the target."""
    if piece.end <= target.day and (piece.closes is None or piece.closes.at < target.until):
        return FOREVER, FOREVER
    if len(piece.steps) == 1 and piece.charge.timing == "advance":
        return _next_in_advance(piece, target)
    for line in lines(piece, calendars.Span(max(piece.start, piece.grid.period(target.day).start), FOREVER)):
        if not is_due(line, target):
            due_on = line.span.start if piece.charge.timing == "advance" else _due_on(line.span.end, piece.end, piece.closes)
            return due_on, line.span.start
    return FOREVER, FOREVER


def _next_in_advance(piece: Piece, target: Target) -> tuple[date, date]:
    if piece.start > target.day or piece.start_at >= target.until:
        return piece.start, piece.start
    boundary = piece.grid.after(target.day)
    return (boundary, boundary) if boundary < piece.end else (FOREVER, FOREVER)


def _next_window(piece: Piece, zone: str, target: Target) -> tuple[date, date]:
    last = _last_day(piece, zone)
    if _ended(last, last, piece.closes, target):
        return FOREVER, FOREVER
    for window in windows(piece, zone, piece.grid.period(target.day).start):
        if not _ended(window.span.end, last, piece.closes, target):
            return _due_on(window.span.end, last, piece.closes), window.span.start
    return FOREVER, FOREVER


def _next_minimum(minimum: _Minimum, target: Target) -> tuple[date, date]:
    for line in _periods_of(minimum, minimum.grid.period(target.day).start, FOREVER):
        if not _ended(line.span.end, minimum.end, minimum.closes, target):
            return _due_on(line.span.end, minimum.end, minimum.closes), line.span.start
    return FOREVER, FOREVER
