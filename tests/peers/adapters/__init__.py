"""One adapter for each area: it translates the words of a case into those of Bezant, and Bezant's answer into those of the case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

LAGO_TIMELINES = (
    "minimum_commitment",
    "plan_change",
    "spending_minimum",
    "subscription_start_proration",
    "termination_proration",
    "trial",
    "usage_billing",
)
KILLBILL_TIMELINES = ("bcd_change", "lifecycle", "lifecycle_in_arrear")
SHARED: Mapping[str, str] = {**dict.fromkeys(LAGO_TIMELINES, "_lago"), **dict.fromkeys(KILLBILL_TIMELINES, "_killbill")}
"""Areas without a module of their own, and the one that they share."""

Given = Mapping[str, Any]
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Adapter:
    """``answer(given, asked)`` drives the product; ``asked`` has the shape of what is expected, without values.

    ``plugins`` are those of the application that cases run in which ``is_stored`` says need a database. ``matches`` stands in for
    the plain comparison where an area means its figures otherwise.
    """

    answer: Callable[[Given, Any], Answer]
    plugins: tuple[str, ...] = ()
    is_stored: Callable[[Given], bool] = bool
    differences: Callable[[Any, Any], Any] | None = None


@cache
def find_adapter(area: str) -> Adapter | None:
    """The adapter of an area: what the module named like it says, or the one that it shares with others."""
    name = f"{__name__}.{SHARED.get(area, area)}"
    if not area.isidentifier() or area.startswith("_") or find_spec(name) is None:
        return None
    module = import_module(name)
    plugins: tuple[str, ...] = getattr(module, "PLUGINS", ())
    is_stored = getattr(module, "is_stored", lambda _given: bool(plugins))
    return Adapter(module.answer, plugins, is_stored, getattr(module, "differences", None))
