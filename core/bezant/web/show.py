"""Values as HTML: one function, ``show``, knows what every kind of value looks like on a page."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from uuid import UUID

from markupsafe import Markup

from bezant.auth.context import may
from bezant.lists.export import plain
from bezant.lists.money import currency_of
from bezant.lists.spec import Choice, Field, ListSpec, Row
from bezant.money import Money
from bezant.records import Link
from bezant.web import formats
from bezant.web.assets import icon
from bezant.web.parts import Column, Status
from bezant.web.statuses import status_choice

NOTHING = Markup('<span class="mut">–</span>')


def money(value: Money | int | None, currency: str = "", *, code: bool = True) -> Markup:
    """An amount with its currency before it; zero is muted. ``code=False`` where the column's head names the currency."""
    if value is None:
        return NOTHING
    amount = value if isinstance(value, Money) else Money(int(value), currency)
    text = formats.amount(amount)
    shown = Markup('<span class="cur">{}</span>').format(amount.currency) if code else Markup("")
    tone = "money mut" if amount.minor == 0 and not code else "money"
    return Markup('<span class="{}">{}{}</span>').format(tone, shown, text)


def quantity(value: Decimal | int | None) -> Markup:
    """A number, grouped."""
    return NOTHING if value is None else Markup('<span class="n">{}</span>').format(formats.number(value))


def day(value: date | None) -> Markup:
    """A day."""
    if value is None:
        return NOTHING
    return Markup('<time class="nw" datetime="{}">{}</time>').format(value.isoformat(), formats.day(value))


def instant(value: datetime | None) -> Markup:
    """An instant, in the reader's zone."""
    if value is None:
        return NOTHING
    return Markup('<time class="nw" datetime="{}" title="{}">{}</time>').format(value.isoformat(), formats.zone(), formats.instant(value))


def status(value: str | None, label: str = "", choices: Iterable[Choice] = ()) -> Markup:
    """A state: dot and word."""
    if not value:
        return NOTHING
    choice = status_choice(str(value), tuple(choices))
    classes = " ".join(part for part in ("st", choice.tone, choice.mark) if part not in ("idle", "dot"))
    return Markup('<span class="{}">{}</span>').format(classes, label or choice.label)


@singledispatch
def show(value: object) -> Markup | str:
    """Any value as HTML: money, numbers, days, instants, states, links, lists of them; nothing is a dash."""
    return str(value)


@show.register
def _(value: None) -> Markup:
    return NOTHING


@show.register
def _(value: str) -> Markup | str:
    return NOTHING if value == "" else value


@show.register
def _(value: Markup) -> Markup:
    return value


@show.register
def _(value: bool) -> str:
    return "Yes" if value else "No"


@show.register
def _(value: int) -> Markup:
    return quantity(value)


@show.register
def _(value: Decimal) -> Markup:
    return quantity(value)


@show.register
def _(value: Money) -> Markup:
    return money(value)


@show.register
def _(value: date) -> Markup:
    return day(value)


@show.register
def _(value: datetime) -> Markup:
    return instant(value)


@show.register
def _(value: Status) -> Markup:
    return status(value.value, value.label, value.choices)


@show.register
def _(value: UUID) -> Markup:
    return Markup('<span class="mono">{}</span>').format(value)


@show.register
def _(value: Link) -> Markup:
    if value.permission and not may(value.permission):
        return Markup("{}").format(value.title)
    return Markup('<a class="id" href="{}">{}</a>').format(value.url, value.title)


@show.register(list)
@show.register(tuple)
@show.register(frozenset)
def _(value: Iterable[object]) -> Markup:
    parts = [Markup('<span class="tag">{}</span>').format(v) if isinstance(v, str) else Markup("{}").format(show(v)) for v in value]
    return Markup(" ").join(parts) if parts else NOTHING


@show.register
def _(value: dict) -> Markup:  # type: ignore[type-arg]
    pairs = [Markup("<dt>{}</dt><dd>{}</dd>").format(k, show(v)) for k, v in value.items()]
    return Markup('<dl class="kv">{}</dl>').format(Markup("").join(pairs)) if pairs else NOTHING


def plain_cell(column: Column, value: object) -> Markup | str:
    """A cell of a plain table; an amount in the column's currency goes without its code."""
    if isinstance(value, Money) and value.currency == column.currency:
        return money(value, code=False)
    return show(value)


def cell(spec: ListSpec, field: Field, row: Row, *, code: bool) -> Markup | str:
    """A value of a list; ``code`` writes the currency beside each amount."""
    value = row[field.name]
    if field.show is not None and field.kind != "status":
        return field.show(row)
    if value is None:
        return NOTHING
    if field.kind == "money":
        shown = money(value, currency_of(spec, field, row), code=code)
        return Markup('<span class="void">{}</span>').format(shown) if spec.struck is not None and spec.struck(row) else shown
    if field.kind == "status":
        return status(value, field.show(row) if field.show else "", field.choices or ())
    if field.kind == "boolean":
        return Markup('<span class="ok">{}<span class="visually-hidden">yes</span></span>').format(icon("check")) if value else NOTHING
    return show(value) if field.kind != "code" else plain(spec, field, row)
