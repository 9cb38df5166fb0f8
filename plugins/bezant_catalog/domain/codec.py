"""Price models as JSON and back: ``{"model": "graduated", "tiers": [{"up_to": "1000", "unit_price": "95"}, …]}``.

Numbers are decimal strings (whole numbers may be JSON integers); floats are refused, since what was meant cannot be told from
them. Unknown and missing keys are named. ``from`` may be given at a tier, its first unit, and is then checked for gaps.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bezant.sdk.values import Invalid, Problem
from bezant_catalog.contracts import (
    Blocks,
    BlockTier,
    Capacity,
    CapacityTier,
    Dynamic,
    Flat,
    Formula,
    Graduated,
    GraduatedPercentage,
    Matrix,
    MatrixPrice,
    Package,
    Percentage,
    PerUnit,
    PriceModel,
    RateTier,
    Tier,
    Volume,
    plain,
)

LONGEST = 500
MOST_ROWS = 1000

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,20})?")

MODELS: Mapping[str, type] = MappingProxyType(
    {
        model.kind: model
        for model in (
            Flat,
            PerUnit,
            Graduated,
            Volume,
            Package,
            Percentage,
            GraduatedPercentage,
            Blocks,
            Capacity,
            Matrix,
            Dynamic,
            Formula,
        )
    }
)
"""Price models by their name in JSON."""

Reader = Callable[[object, str], Any]


def load_price(data: object, field: str = "price") -> PriceModel:
    """The price model that JSON describes, its form checked but not its sense (``check_price`` does that).

    Raises ``Invalid`` with every problem at its field.
    """
    if not isinstance(data, Mapping) or str(data.get("model")) not in MODELS:
        names = ", ".join(MODELS)
        raise Invalid.field(f"{field}.model", "unknown_model", f"A price is an object whose model is one of: {names}.")
    found: PriceModel = _load(MODELS[data["model"]], {key: value for key, value in data.items() if key != "model"}, field)
    return found


def dump_price(price: PriceModel) -> dict[str, object]:
    """A price model as JSON; what is at its default is left out."""
    return {"model": price.kind, **_dump(price)}


def _load(model: type, data: Mapping[str, object], field: str) -> Any:
    known = {one.name: one for one in fields(model)}
    problems = [Problem(f"{field}.{name}", "unknown_field", f"{name!r} is no field here.") for name in data if name not in known]
    values = {}
    for name, one in known.items():
        try:
            if data.get(name) is not None:
                values[name] = _READERS[str(one.type)](data[name], f"{field}.{name}")
            elif _required(one):
                problems.append(Problem(f"{field}.{name}", "required", f"{name} is missing."))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems=problems)
    return model(**(_empty(known) | values))


def _required(one: Field[Any]) -> bool:
    return one.default is MISSING and "None" not in str(one.type)


def _empty(known: Mapping[str, Field[Any]]) -> dict[str, None]:
    """None for what may be left out without having a default (an open tier)."""
    return {name: None for name, one in known.items() if one.default is MISSING and "None" in str(one.type)}


def _decimal(value: object, field: str) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise Invalid.field(field, "not_a_decimal", 'Write a decimal string such as "12.50", with no grouping and no exponent.')


def _integer(value: object, field: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    raise Invalid.field(field, "not_an_integer", "Write a whole number.")


def _text(value: object, field: str) -> str:
    if isinstance(value, str) and value.isprintable() and len(value) <= LONGEST:
        return value
    raise Invalid.field(field, "not_text", f"Write text of at most {LONGEST} characters, without control characters.")


def _policy(value: object, field: str) -> str:
    if value in ("all", "top"):
        return str(value)
    raise Invalid.field(field, "unknown_policy", "Write all (fill tier after tier) or top (the tier reached prices everything).")


def _texts(value: object, field: str) -> tuple[str, ...]:
    return tuple(_text(item, f"{field}.{number}") for number, item in enumerate(_sequence(value, field)))


def _sequence(value: object, field: str) -> Sequence[object]:
    if isinstance(value, list | tuple) and len(value) <= MOST_ROWS:
        return value
    raise Invalid.field(field, "not_a_list", f"Write a list of at most {MOST_ROWS} items.")


def _limits(value: object, field: str) -> tuple[tuple[str, Decimal | None], ...]:
    if not isinstance(value, Mapping):
        raise Invalid.field(field, "not_an_object", "Write an object of metric codes and limits; null is no limit.")
    return tuple((_text(code, field), None if limit is None else _decimal(limit, f"{field}.{code}")) for code, limit in value.items())


def _list_of(model: type) -> Reader:
    def read(value: object, field: str) -> tuple[Any, ...]:
        items: list[Any] = []
        problems: list[Problem] = []
        for number, item in enumerate(_sequence(value, field)):
            try:
                items.append(_load(model, _object(item, f"{field}.{number}"), f"{field}.{number}"))
            except Invalid as error:
                problems += error.problems
        if problems:
            raise Invalid(problems=problems)
        return tuple(items)

    return read


def _tiers_of(model: type) -> Reader:
    read_all = _list_of(model)

    def read(value: object, field: str) -> tuple[Any, ...]:
        rows = [_object(item, f"{field}.{number}") for number, item in enumerate(_sequence(value, field))]
        tiers: tuple[Any, ...] = read_all([{key: one for key, one in row.items() if key != "from"} for row in rows], field)
        problems = _check_starts([row.get("from") for row in rows], tiers, field)
        if problems:
            raise Invalid(problems=problems)
        return tiers

    return read


def _check_starts(starts: Sequence[object], tiers: Sequence[Tier | RateTier], field: str) -> list[Problem]:
    """A stated first unit lies at the end of the tier before it, or one unit above: anything else is a gap or an overlap."""
    problems: list[Problem] = []
    before = Decimal(0)
    for number, (start, tier) in enumerate(zip(starts, tiers, strict=True), start=1):
        first = None if start is None else _decimal(start, f"{field}.{number - 1}.from")
        if first is not None and not before <= first <= before + 1:
            code, word = ("gap_between_tiers", "leaves a gap after") if first > before else ("overlapping_tiers", "overlaps")
            text = f"Tier {number} starts at {first}, which {word} {before}, where the tier before it ends: start it at {before + 1}."
            problems.append(Problem(f"{field}.{number - 1}.from", code, text))
        before = before if tier.up_to is None else tier.up_to
    return problems


def _object(value: object, field: str) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise Invalid.field(field, "not_an_object", "Write an object.")


_READERS: Mapping[str, Reader] = {
    str(Decimal): _decimal,
    str(Decimal | None): _decimal,
    str(int | None): _integer,
    str(str): _text,
    str(tuple[str, ...]): _texts,
    str(tuple[Tier, ...]): _tiers_of(Tier),
    str(tuple[RateTier, ...]): _tiers_of(RateTier),
    str(tuple[BlockTier, ...]): _list_of(BlockTier),
    str(tuple[CapacityTier, ...]): _list_of(CapacityTier),
    str(tuple[MatrixPrice, ...]): _list_of(MatrixPrice),
    str(tuple[tuple[str, Decimal | None], ...]): _limits,
    str(Blocks.__dataclass_fields__["policy"].type): _policy,
}
"""How a field is read, by its annotation."""


def _dump(value: Any) -> dict[str, object]:
    found = {}
    for one in fields(value):
        item = getattr(value, one.name)
        if item is not None and item != one.default:
            found[one.name] = _dump_limits(item) if one.name == "limits" else _plain(item)
    return found


def _dump_limits(limits: tuple[tuple[str, Decimal | None], ...]) -> dict[str, object]:
    return {code: _plain(limit) for code, limit in limits}


def _plain(value: Any) -> object:
    if isinstance(value, Decimal):
        return plain(value, 20)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _dump(value) if is_dataclass(value) else value
