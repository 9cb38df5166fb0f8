"""One validator for all price models: what is wrong, where, and what to do about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

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
    Package,
    Percentage,
    PerUnit,
    PriceModel,
    RateTier,
    Tier,
    Volume,
)
from bezant_catalog.domain.expressions import names_in

MAX_DIMENSIONS = 2
FORMULA_NAMES = frozenset({"quantity", "events"})

Problems = list[Problem]


def check_price(price: PriceModel, field: str = "price", metric_codes: Iterable[str] = ()) -> Problems:
    """Everything that is wrong with a price model, each problem at its field (``price.tiers.1.up_to``); empty where it is sound.

    ``metric_codes`` are the names, besides quantity and events, that a formula may use.
    """
    if isinstance(price, Formula):
        return _formula(price, field, frozenset(metric_codes))
    return _CHECKS[type(price)](price, field)


def _flat(price: Flat, field: str) -> Problems:
    return _not_negative(field, amount=price.amount)


def _per_unit(price: PerUnit, field: str) -> Problems:
    return _not_negative(field, unit_price=price.unit_price)


def _tiered(price: Graduated | Volume | GraduatedPercentage, field: str) -> Problems:
    problems = _bounds([tier.up_to for tier in price.tiers], f"{field}.tiers")
    tiers: Sequence[Tier | RateTier] = price.tiers
    for number, tier in enumerate(tiers):
        problems += _tier_prices(tier, f"{field}.tiers.{number}")
    return problems


def _tier_prices(tier: Tier | RateTier, field: str) -> Problems:
    if isinstance(tier, Tier):
        return _not_negative(field, unit_price=tier.unit_price, flat_fee=tier.flat_fee)
    return _not_negative(field, rate_percent=tier.rate_percent, flat_fee=tier.flat_fee)


def _bounds(bounds: Sequence[Decimal | None], field: str) -> Problems:
    """Bounds rise from tier to tier and the last one has none."""
    if not bounds:
        return [Problem(field, "no_tiers", "There is no tier: add at least one, without an upper bound.")]
    problems = []
    for number, bound in enumerate(bounds[:-1], start=1):
        if bound is None:
            text = f"Tier {number} has no upper bound but tier {number + 1} follows it: only the last tier may be open."
            problems.append(Problem(f"{field}.{number - 1}.up_to", "open_tier_not_last", text))
    if bounds[-1] is not None:
        text = f"The last tier ({len(bounds)}) ends at {bounds[-1]}: what lies above has no price. Leave its upper bound empty."
        problems.append(Problem(f"{field}.{len(bounds) - 1}.up_to", "missing_last_tier", text))
    return problems + _rising(bounds, field)


def _rising(bounds: Sequence[Decimal | None], field: str) -> Problems:
    problems = []
    for number, (before, bound) in enumerate(pairwise((Decimal(0), *bounds)), start=1):
        if before is None or bound is None or bound > before:
            continue
        code = "overlapping_tiers" if bound == before else "tiers_out_of_order"
        above = f"tier {number - 1}, which ends at {before}" if number > 1 else "zero"
        text = f"Tier {number} ends at {bound}, not above {above}: put the tiers in rising order, each bound once."
        problems.append(Problem(f"{field}.{number - 1}.up_to", code, text))
    return problems


def _package(price: Package, field: str) -> Problems:
    return _positive(field, size=price.size) + _not_negative(field, price=price.price, free_units=price.free_units)


def _percentage(price: Percentage, field: str) -> Problems:
    amounts = {"free_amount": price.free_amount, "minimum": price.minimum, "maximum": price.maximum}
    counts = {"free_count": None if price.free_count is None else Decimal(price.free_count)}
    problems = _not_negative(field, rate_percent=price.rate_percent, fixed_fee=price.fixed_fee, **amounts, **counts)
    if price.minimum is not None and price.maximum is not None and price.minimum > price.maximum:
        text = f"The minimum of {price.minimum} is above the maximum of {price.maximum}: lower it."
        problems.append(Problem(f"{field}.minimum", "minimum_above_maximum", text))
    return problems


def _blocks(price: Blocks, field: str) -> Problems:
    if not price.tiers:
        return [Problem(f"{field}.tiers", "no_tiers", "There is no tier: add at least one.")]
    problems = []
    for number, tier in enumerate(price.tiers):
        problems += _block_tier(tier, f"{field}.tiers.{number}", number + 1, last=number == len(price.tiers) - 1)
    return problems


def _block_tier(tier: BlockTier, field: str, number: int, *, last: bool) -> Problems:
    problems = _positive(field, size=tier.size) + _not_negative(field, price=tier.price)
    if tier.max_blocks is None and not last:
        text = f"Tier {number} has no end but tier {number + 1} follows it: only the last tier may be open."
        problems.append(Problem(f"{field}.max_blocks", "open_tier_not_last", text))
    if tier.max_blocks is not None and tier.max_blocks < 1:
        problems.append(Problem(f"{field}.max_blocks", "not_positive", f"Tier {number} has room for no block: write 1 or more."))
    return problems


def _capacity(price: Capacity, field: str) -> Problems:
    if not price.tiers:
        return [Problem(f"{field}.tiers", "no_tiers", "There is no tier: add at least one, without limits.")]
    problems = [problem for number, tier in enumerate(price.tiers) for problem in _capacity_tier(price, tier, field, number)]
    for code in dict.fromkeys(code for tier in price.tiers for code, _ in tier.limits):
        bounds = [dict(tier.limits).get(code) for tier in price.tiers]
        problems += [_renamed(problem, code) for problem in _bounds(bounds, f"{field}.tiers")]
    return problems


def _capacity_tier(price: Capacity, tier: CapacityTier, field: str, number: int) -> Problems:
    codes = [code for code, _ in price.tiers[0].limits]
    problems = _not_negative(f"{field}.tiers.{number}", price=tier.price)
    if sorted(code for code, _ in tier.limits) != sorted(codes):
        text = f"Tier {number + 1} limits other metrics than tier 1 ({', '.join(codes) or 'none'}): name the same ones."
        problems.append(Problem(f"{field}.tiers.{number}.limits", "different_metrics", text))
    return problems


def _renamed(problem: Problem, code: str) -> Problem:
    return Problem(problem.field.removesuffix("up_to") + f"limits.{code}", problem.code, f"{code}: {problem.message}")


def _matrix(price: Matrix, field: str) -> Problems:
    problems = _dimensions(price, field)
    if not price.prices and price.default_unit_price is None:
        problems.append(Problem(f"{field}.prices", "no_prices", "The matrix is empty: add a price, or a default unit price."))
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(price.prices):
        at = f"{field}.prices.{number}"
        problems += _not_negative(at, unit_price=row.unit_price)
        if len(row.values) != len(price.dimensions):
            text = f"Row {number + 1} has {len(row.values)} values for {len(price.dimensions)} dimensions."
            problems.append(Problem(f"{at}.values", "wrong_values", text))
        if row.values in seen:
            problems.append(Problem(f"{at}.values", "overlapping_rows", f"Row {number + 1} prices {', '.join(row.values)} once more."))
        seen.add(row.values)
    return problems + _not_negative(field, default_unit_price=price.default_unit_price)


def _dimensions(price: Matrix, field: str) -> Problems:
    if 1 <= len(price.dimensions) <= MAX_DIMENSIONS and len(set(price.dimensions)) == len(price.dimensions):
        return []
    return [Problem(f"{field}.dimensions", "wrong_dimensions", "A matrix has one or two different dimensions.")]


def _dynamic(price: Dynamic, field: str) -> Problems:
    if price.amount_property:
        return []
    return [Problem(f"{field}.amount_property", "required", "Name the property of the event that carries the price.")]


def _formula(price: Formula, field: str, metric_codes: frozenset[str]) -> Problems:
    known = FORMULA_NAMES | metric_codes
    try:
        unknown = names_in(price.expression) - known
    except Invalid as error:
        return [Problem(f"{field}.expression", problem.code, problem.message) for problem in error.problems]
    text = f"Unknown here: {', '.join(sorted(unknown))}. Known are: {', '.join(sorted(known))}."
    return [Problem(f"{field}.expression", "unknown_name", text)] if unknown else []


def _not_negative(field: str, **values: Decimal | None) -> Problems:
    return [
        Problem(f"{field}.{name}", "negative", f"{name} is {value}: write zero or more.")
        for name, value in values.items()
        if value is not None and value < 0
    ]


def _positive(field: str, **values: Decimal) -> Problems:
    return [
        Problem(f"{field}.{name}", "not_positive", f"{name} is {value}: write more than zero.")
        for name, value in values.items()
        if value <= 0
    ]


_CHECKS: Mapping[type, Callable[..., Problems]] = {
    Flat: _flat,
    PerUnit: _per_unit,
    Graduated: _tiered,
    Volume: _tiered,
    Package: _package,
    Percentage: _percentage,
    GraduatedPercentage: _tiered,
    Blocks: _blocks,
    Capacity: _capacity,
    Matrix: _matrix,
    Dynamic: _dynamic,
}
