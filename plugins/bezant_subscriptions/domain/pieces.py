"""Pieces: for each charge, the spans over which its price and quantity stay the same, each with its grid.

A change that does not touch a charge does not cut it. What a change does to an in-advance charge is its ``on_change``: with
``credit`` the quantity is part of its price, so that a change ends one piece and begins another; with ``difference`` the
quantity is a series of steps within one piece; with ``keep``, and where a charge is not prorated, the change waits for the
next boundary of the grid.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Charge, PlanVersion, PriceModel
from bezant_subscriptions.domain.keys import charge_key, price_key, with_quantity
from bezant_subscriptions.domain.timeline import Closing, Stretch, Timeline

Steps = tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A charge over ``[start, end)`` and ``[start_at, end_at)`` at one price.

    ``steps`` are (day, quantity) from the start on; more than one only where quantities are billed by difference.
    ``next_grid`` is the grid of a new cycle day that ends this piece; ``closes`` says when its arrears are billed where a fact ends it.
    """

    plan: PlanVersion
    charge: Charge
    key: str
    price: PriceModel
    price_key: str
    grid: calendars.Grid
    steps: Steps
    start: date
    end: date
    start_at: datetime
    end_at: datetime
    closes: Closing | None = None
    next_grid: calendars.Grid | None = None

    @property
    def quantity(self) -> Decimal:
        """The quantity at its start."""
        return self.steps[0][1]


def pieces(timeline: Timeline) -> list[Piece]:
    """All recurring and metered pieces, charge by charge, each charge's in order of time."""
    if len(timeline.stretches) == 1:
        return list(_of_stretch(timeline, timeline.stretches[0]))
    by_charge: dict[str, list[Piece]] = {}
    for stretch in timeline.stretches:
        for piece in _of_stretch(timeline, stretch):
            _append(by_charge.setdefault(piece.key, []), piece)
    return [piece for chain in by_charge.values() for piece in chain]


def grid_for(timeline: Timeline, stretch: Stretch) -> calendars.Grid:
    """The grid of a stretch's plan: calendar, from the start of the subscription, or on the cycle day."""
    interval = plan_interval(stretch.plan)
    if timeline.started.alignment is calendars.GridKind.CALENDAR:
        return calendars.calendar_grid(interval, timeline.start)
    if timeline.started.alignment is calendars.GridKind.ANNIVERSARY:
        return calendars.anniversary_grid(interval, timeline.start)
    return calendars.cycle_day_grid(interval, stretch.grid_from, stretch.cycle_day or timeline.cycle_day)


def plan_interval(plan: PlanVersion) -> calendars.Interval:
    """How often a plan bills."""
    return _interval(plan.interval_unit, plan.interval_count)


@cache
def _interval(unit: str, count: int) -> calendars.Interval:
    return calendars.Interval(calendars.Unit(unit), count)


def _of_stretch(timeline: Timeline, stretch: Stretch) -> Iterator[Piece]:
    grid = grid_for(timeline, stretch)
    for charge in stretch.plan.charges:
        if charge.kind == "one_time" or (stretch.trial and not is_metered(charge)):
            continue
        piece = _piece(timeline, stretch, charge, grid)
        if piece.start < piece.end or (is_metered(charge) and piece.start_at < piece.end_at):
            yield piece


def is_metered(charge: Charge) -> bool:
    """Whether its quantity is measured over a window of time."""
    return charge.kind == "metered" or charge.quantity_source == "metric"


def price_of(stretch: Stretch, charge: Charge) -> PriceModel:
    """The price that holds: overridden for this subscription, of the phase, or of the plan."""
    if not stretch.prices and stretch.phase is None:
        return charge.price
    override = stretch.prices.get(charge.code)
    if override is not None:
        return override
    phased = dict(stretch.phase.prices) if stretch.phase else {}
    return phased.get(charge.code, charge.price)


def quantity_of(stretch: Stretch, charge: Charge) -> Decimal:
    """How many units are billed: the subscription's seats, or what the charge fixes."""
    return stretch.quantity if charge.quantity_source == "seats" else charge.fixed_quantity


def _piece(timeline: Timeline, stretch: Stretch, charge: Charge, grid: calendars.Grid) -> Piece:
    price, quantity = price_of(stretch, charge), quantity_of(stretch, charge)
    key = price_key(price, stretch.plan.currency, grid.interval, charge.prorated)
    if charge.quantity_source == "seats" and charge.on_change != "difference":
        key = with_quantity(key, quantity)
    end, end_at = end_of(stretch, grid)
    return Piece(
        plan=stretch.plan,
        charge=charge,
        key=charge_key(stretch.plan.plan_code, charge.code),
        price=price,
        price_key=key,
        grid=grid,
        steps=((stretch.start, quantity),),
        start=stretch.start,
        end=end,
        start_at=stretch.start_at,
        end_at=end_at,
        closes=stretch.closes,
    )


def end_of(stretch: Stretch, grid: calendars.Grid) -> tuple[date, datetime]:
    """A planned end on the first day of a period ends the period before it; every other end is the stretch's."""
    ending = stretch.ending
    if ending and ending.terms.planned and ending.day <= stretch.end and grid.is_boundary(ending.day):
        return ending.day, min(ending.at, stretch.end_at)
    return stretch.end, stretch.end_at


def _append(chain: list[Piece], new: Piece) -> None:
    """Adds a piece to those of the same charge: grown into the last one, delayed to its boundary, or as it is."""
    last = chain[-1] if chain else None
    if last is None or last.end_at != new.start_at:
        chain.append(new)
    elif last.price_key == new.price_key and last.grid == new.grid and last.charge.on_change == new.charge.on_change:
        chain[-1] = _grown(last, new)
    elif _waits(last, new):
        _delay(chain, last, new)
    else:
        chain[-1] = _before(last, new)
        chain.append(new)


def _grown(last: Piece, new: Piece) -> Piece:
    steps = last.steps if last.steps[-1][1] == new.quantity else (*last.steps, *new.steps)
    return replace(last, end=new.end, end_at=new.end_at, closes=new.closes, steps=steps)


def _waits(last: Piece, new: Piece) -> bool:
    """Whether a change of this charge waits for the next boundary."""
    same_grid = last.grid.interval == new.grid.interval
    return last.charge.timing == "advance" and same_grid and (last.charge.on_change == "keep" or not last.charge.prorated)


def _delay(chain: list[Piece], last: Piece, new: Piece) -> None:
    boundary = last.grid.on_or_after(new.start)
    if boundary >= new.end:
        chain[-1] = replace(last, end=new.end, end_at=new.end_at, closes=new.closes)
        return
    chain[-1] = replace(last, end=boundary, closes=None)
    chain.append(replace(new, start=boundary, steps=((boundary, new.quantity),)))


def _before(last: Piece, new: Piece) -> Piece:
    """The older of two neighbours: where a new cycle day ends it, a stub is divided by the new cycle's period."""
    moved = last.grid.kind is calendars.GridKind.CYCLE_DAY and last.price_key == new.price_key and last.grid != new.grid
    return replace(last, next_grid=new.grid) if moved else last


def of_kind(found: Iterable[Piece], *, metered: bool) -> list[Piece]:
    """The metered pieces, or the others."""
    return [piece for piece in found if is_metered(piece.charge) is metered]
