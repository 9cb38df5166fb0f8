"""The parts that pages are made of, as plain values: actions, facts, tabs, tables, charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bezant.lists.spec import Choice

Method = Literal["get", "post"]


@dataclass(frozen=True, slots=True)
class Status:
    """A state as a cell or beside a title; ``label`` words it for this one record ("Overdue 2 days")."""

    value: str
    label: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A button: a link, or with ``method="post"`` a small form with ``fields``. ``confirm`` is asked before it is sent.

    ``permission`` hides it from whoever lacks it; one action of a page is ``primary``, and stands last.
    """

    label: str
    url: str
    icon: str = ""
    method: Method = "get"
    permission: str = ""
    primary: bool = False
    danger: bool = False
    confirm: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a record's header or of a list of facts; ``value`` is anything that ``show`` knows, ``note`` stands beside it."""

    label: str
    value: object
    note: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What should happen next with a record: one sentence, some detail, perhaps a button. Tone ``bad`` is for trouble."""

    text: str
    detail: str = ""
    action: Action | None = None
    icon: str = "calendar"
    tone: Literal["", "bad"] = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a record page. ``count`` stands beside the label."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a plain table. ``numeric`` ones are aligned to the end; ``place`` is where a phone shows it.

    Places: ``s1`` in front, ``s2`` the amount, ``s3`` below, ``s4`` the state. With ``currency`` the head names it and the cells
    (``Money`` of that currency) do not.
    """

    label: str
    numeric: bool = False
    place: Literal["", "s1", "s2", "s3", "s4"] = ""
    currency: str = ""

    @property
    def head(self) -> str:
        """The text of the head."""
        return f"{self.label}, {self.currency}" if self.currency else self.label

    @property
    def ends(self) -> bool:
        """Whether it is aligned to the end."""
        return self.numeric or bool(self.currency)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its cells, and perhaps why the amount is what it is (an explanation of the catalog) in ``currency``."""

    cells: Sequence[object]
    why: Mapping[str, object] | None = None
    currency: str = ""
    events_url: str = ""
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart; ``None`` is a gap. The last bar is drawn as not final when ``open_end`` is set."""

    name: str
    values: Sequence[int | Decimal | None]
    form: Literal["bar", "line"] = "bar"
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over categories, with its figures as a table for those who cannot see it. ``unit`` heads the table ("USD")."""

    id: str
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    stacked: bool = False
    decimals: int = 0

    def data(self) -> dict[str, object]:
        """What the browser draws from. The only floats of the platform: a picture needs no cent."""
        return {
            "title": self.title,
            "x": list(self.labels),
            "stacked": self.stacked,
            "s": [
                {"name": s.name, "type": s.form, "open": s.open_end, "data": [None if v is None else float(v) for v in s.values]}
                for s in self.series
            ],
        }


@dataclass(frozen=True, slots=True)
class AgingBar:
    """How an amount spreads over age: buckets of (label, minor units), youngest first; ``from_bucket`` is 0 with "not due"."""

    currency: str
    buckets: Sequence[tuple[str, int]]
    from_bucket: int = 0

    def rects(self) -> list[tuple[int, int, int]]:
        """(colour, x, width) of each bucket in thousandths of the bar, two apart; nothing and credits are left out."""
        shown = [(i, max(minor, 0)) for i, (_, minor) in enumerate(self.buckets)]
        total = sum(minor for _, minor in shown)
        rects, x = [], 0
        for index, minor in shown:
            width = 1000 * minor // total if total else 0
            if width:
                rects.append((min(index + self.from_bucket, 4), x, max(width - 2, 1)))
            x += width
        return rects
