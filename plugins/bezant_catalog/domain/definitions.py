"""What makes a metric or a plan version sound: every problem at its field, with what to do about it."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from bezant.sdk.values import Invalid, Problem, exponent
from bezant_catalog.contracts import (
    Capacity,
    Commitment,
    Dynamic,
    Formula,
    Matrix,
    Metric,
    MetricFilter,
    NewCharge,
    NewMetric,
    NewPlanVersion,
    Percentage,
    Phase,
    PriceModel,
)
from bezant_catalog.domain.expressions import names_in
from bezant_catalog.domain.matching import as_number
from bezant_catalog.domain.validation import check_price

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
METERED_ONLY = (Matrix, Dynamic, Percentage, Capacity, Formula)
"""Price models that need what only events can tell."""

Problems = list[Problem]


def check_code(code: str, field: str = "code") -> Problems:
    """A code is what machines and documents call a thing."""
    if CODE.fullmatch(code):
        return []
    return [Problem(field, "bad_code", "A code has up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first.")]


def check_metric(metric: NewMetric) -> Problems:
    """Everything that is wrong with a metric."""
    problems = check_code(metric.code) + _name(metric.name)
    if metric.aggregation != "count" and not metric.field:
        problems.append(Problem("field", "required", f"{metric.aggregation} needs the property that it aggregates."))
    if metric.recurring and metric.aggregation == "max":
        problems.append(Problem("recurring", "not_with_max", "A peak starts anew each period: leave recurring off, or use latest."))
    if not -12 <= metric.rounding.decimals <= 12:
        problems.append(Problem("rounding.decimals", "out_of_range", "Between -12 and 12 decimals."))
    for number, one in enumerate(metric.filters):
        problems += _metric_filter(one, f"filters.{number}")
    return problems + _expression(metric)


def check_version(version: NewPlanVersion, metrics: Mapping[str, Metric], *, draft: bool = False) -> Problems:
    """Everything that is wrong with a plan version; ``metrics`` are the known ones by code. A draft may still lack charges."""
    problems = _currencies(version) + _phases(version) + _commitment(version.commitment, version)
    if version.interval_count < 1:
        problems.append(Problem("interval_count", "not_positive", "An interval lasts one unit or more."))
    if not version.charges and not draft:
        problems.append(Problem("charges", "required", "A plan needs at least one charge."))
    if version.existing_policy == "at_once" and version.existing_from is None:
        problems.append(Problem("existing_from", "required", "Say from which day existing subscriptions take this version."))
    for number, charge in enumerate(version.charges):
        problems += _charge(charge, f"charges.{number}", version, metrics)
    return problems + _unique([charge.code for charge in version.charges], "charges")


def _name(name: str, field: str = "name") -> Problems:
    if name.strip() and len(name) <= 200:
        return []
    return [Problem(field, "required", "A name has 1 to 200 characters.")]


def _unique(codes: Sequence[str], field: str) -> Problems:
    twice = {code for code in codes if codes.count(code) > 1}
    return [Problem(field, "duplicate_code", f"The code {code} is used more than once.") for code in sorted(twice)]


def _metric_filter(one: MetricFilter, field: str) -> Problems:
    if not one.property:
        return [Problem(f"{field}.property", "required", "Name the property that is looked at.")]
    if one.operator in ("exists", "missing"):
        return []
    if not one.values:
        return [Problem(f"{field}.values", "required", f"{one.operator} needs something to compare with.")]
    single = one.operator not in ("in", "not_in")
    if single and len(one.values) > 1:
        return [Problem(f"{field}.values", "too_many", f"{one.operator} compares with one value; use in or not_in for several.")]
    if single and one.operator not in ("eq", "ne") and as_number(one.values[0]) is None:
        return [Problem(f"{field}.values.0", "not_a_number", f"{one.operator} compares numbers; {one.values[0]!r} is none.")]
    return []


def _expression(metric: NewMetric) -> Problems:
    if metric.expression is None:
        return []
    if not metric.field:
        return [Problem("field", "required", "Name the property that the expression computes.")]
    try:
        names_in(metric.expression)
    except Invalid as error:
        return list(error.problems)
    return []


def _currencies(version: NewPlanVersion) -> Problems:
    problems: Problems = []
    for field, code in [("currency", version.currency), *(("other_currencies", code) for code in version.other_currencies)]:
        try:
            exponent(code)
        except Invalid as error:
            problems += [Problem(field, problem.code, problem.message) for problem in error.problems]
    if len({version.currency, *version.other_currencies}) <= len(version.other_currencies):
        problems.append(Problem("other_currencies", "duplicate", "Name each currency once."))
    return problems


def _phases(version: NewPlanVersion) -> Problems:
    problems = _unique([phase.code for phase in version.phases], "phases")
    codes = {charge.code for charge in version.charges}
    for number, phase in enumerate(version.phases):
        problems += _phase(phase, f"phases.{number}", last=number == len(version.phases) - 1)
        for code, price in phase.prices:
            at = f"phases.{number}.prices.{code}"
            problems += check_price(price, at) if code in codes else [Problem(at, "unknown_charge", f"There is no charge {code}.")]
    return problems


def _phase(phase: Phase, field: str, *, last: bool) -> Problems:
    has_length = phase.unit is not None and phase.count is not None and phase.count > 0
    if last and has_length:
        return [Problem(field, "no_last_phase", "The last phase goes on for ever: leave its length empty, or add a phase after it.")]
    if not last and not has_length:
        return [Problem(field, "no_length", "A phase that others follow needs a length, such as 6 months.")]
    return []


def _commitment(commitment: Commitment | None, version: NewPlanVersion) -> Problems:
    if commitment is None:
        return []
    missing = set(version.other_currencies) - {currency for currency, _ in commitment.other_minimums}
    problems = [Problem("commitment", "no_minimum", f"The commitment has no minimum in {currency}.") for currency in sorted(missing)]
    if commitment.minimum_minor < 0:
        problems.append(Problem("commitment.minimum", "negative", "A minimum is zero or more."))
    return problems


def _charge(charge: NewCharge, field: str, version: NewPlanVersion, metrics: Mapping[str, Metric]) -> Problems:
    problems = check_code(charge.code, f"{field}.code") + _name(charge.name, f"{field}.name")
    problems += _quantity(charge, field, metrics)
    for at, price in _prices(charge, field):
        problems += check_price(price, at, charge.metrics)
        problems += _fits(price, at, charge)
    if charge.minimum_minor is not None and charge.minimum_minor < 0:
        problems.append(Problem(f"{field}.minimum", "negative", "A minimum is zero or more."))
    return problems + _priced_everywhere(charge, field, version) + _filters(charge, field, metrics)


def _prices(charge: NewCharge, field: str) -> list[tuple[str, PriceModel]]:
    own = [(f"{field}.price", charge.price)]
    other = [(f"{field}.other_prices.{currency}", price) for currency, price in charge.other_prices]
    filtered = [(f"{field}.filters.{number}.price", one.price) for number, one in enumerate(charge.filters)]
    return own + other + filtered


def _quantity(charge: NewCharge, field: str, metrics: Mapping[str, Metric]) -> Problems:
    problems: Problems = []
    if (charge.kind == "metered") != (charge.source == "metric"):
        problems.append(
            Problem(f"{field}.quantity_source", "wrong_source", "A metered charge, and no other, takes its quantity from a metric.")
        )
    if (charge.kind == "metered") != bool(charge.metrics):
        text = "A metered charge names its metric." if charge.kind == "metered" else "Only a metered charge has metrics."
        problems.append(Problem(f"{field}.metrics", "wrong_metrics", text))
    if len(charge.metrics) > 1 and not isinstance(charge.price, Capacity | Formula):
        problems.append(Problem(f"{field}.metrics", "too_many", "Several metrics go with a capacity or a formula only."))
    if charge.fixed_quantity < Decimal(0):
        problems.append(Problem(f"{field}.fixed_quantity", "negative", "A quantity is zero or more."))
    unknown = [code for code in charge.metrics if code not in metrics]
    return problems + [Problem(f"{field}.metrics", "unknown_metric", f"There is no metric {code}: create it first.") for code in unknown]


def _fits(price: PriceModel, field: str, charge: NewCharge) -> Problems:
    if isinstance(price, METERED_ONLY) and charge.kind != "metered":
        return [Problem(f"{field}.model", "needs_metric", f"A {price.kind} price needs usage events: make the charge metered.")]
    limited = {code for tier in price.tiers for code, _ in tier.limits} if isinstance(price, Capacity) else set()
    return [
        Problem(f"{field}.tiers", "unknown_metric", f"The tiers limit {code}, which is not among the metrics of the charge.")
        for code in sorted(limited - set(charge.metrics))
    ]


def _priced_everywhere(charge: NewCharge, field: str, version: NewPlanVersion) -> Problems:
    wanted = set(version.other_currencies)
    priced = [("other_prices", charge.other_prices)]
    priced += [(f"filters.{number}.other_prices", one.other_prices) for number, one in enumerate(charge.filters)]
    return [
        Problem(f"{field}.{at}.{currency}", "required", f"The plan is offered in {currency}: add the price in it.")
        for at, prices in priced
        for currency in sorted(wanted - {code for code, _ in prices})
    ]


def _filters(charge: NewCharge, field: str, metrics: Mapping[str, Metric]) -> Problems:
    problems = _unique([one.code for one in charge.filters], f"{field}.filters")
    adds_up = all(metrics[code].adds_up for code in charge.metrics if code in metrics)
    for number, one in enumerate(charge.filters):
        at = f"{field}.filters.{number}"
        if not one.code or not one.match or not all(values for _, values in one.match):
            problems.append(Problem(at, "required", "A filter has a code, and for each property at least one value."))
        elif one.breadth > len(one.match) and not adds_up:
            text = "A peak or a distinct count cannot be added up over values: give each value a filter of its own."
            problems.append(Problem(f"{at}.match", "does_not_add_up", text))
    return problems
