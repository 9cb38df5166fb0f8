"""Drafts: lines from what a person typed, edits of computed lines, and what makes a draft impossible to issue."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from bezant.sdk.values import Exact, Problem, new_id, round_to_minor, to_major
from bezant_invoicing.contracts import DraftInvoice, DraftLine, LineEdit, NewLine
from bezant_invoicing.domain.discounts import as_decimal


def line_from_input(new: NewLine, currency: str) -> DraftLine:
    """A typed line: quantity × unit price, rounded once."""
    exact = new.quantity * new.unit_price
    return DraftLine(
        id=new_id(),
        kind="manual",
        description=new.description,
        quantity=new.quantity,
        unit_price=new.unit_price,
        amount_exact=exact,
        amount_minor=round_to_minor(exact, currency),
        charge_code=new.charge_code,
        service_from=new.service_from,
        service_to=new.service_to,
        tax_category=new.tax_category,
        discountable=new.discountable,
    )


def edit_line(line: DraftLine, edit: LineEdit, currency: str) -> DraftLine:
    """A computed line with what a person typed over it; new units keep the computed unit price, to the last fraction."""
    quantity = line.quantity if edit.quantity is None else edit.quantity
    if quantity is None:
        quantity = Decimal(1)
    unit: Exact = computed_unit_price(line, currency) if edit.unit_price is None else edit.unit_price
    exact = Fraction(quantity) * Fraction(unit)
    return replace(
        line,
        description=line.description if edit.description is None else edit.description,
        quantity=quantity,
        unit_price=as_decimal(unit),
        amount_exact=as_decimal(exact),
        amount_minor=round_to_minor(exact, currency),
        explanation=None,
        fixed=True,
    )


def computed_unit_price(line: DraftLine, currency: str) -> Exact:
    """Major units for each unit: the line's own price, or its exact amount divided by its quantity."""
    if line.unit_price is not None:
        return line.unit_price
    exact = to_major(line.amount_minor, currency) if line.amount_exact is None else line.amount_exact
    return Fraction(exact) / Fraction(line.quantity) if line.quantity else exact


def draft_problems(draft: DraftInvoice) -> list[Problem]:
    """Why a draft cannot be issued: empty for a good one."""
    if not draft.lines:
        return [Problem("lines", "no_lines", "An invoice needs at least one line; add one, or discard the draft.")]
    problems = [problem for index, line in enumerate(draft.lines) for problem in _line_problems(f"lines.{index}", line)]
    if draft.due_on is not None and draft.due_on < draft.issued_on:
        problems.append(
            Problem("due_on", "before_issue", f"Due {draft.due_on} is before the issue on {draft.issued_on}; choose a later day.")
        )
    return problems


def input_problems(lines: Sequence[NewLine]) -> list[Problem]:
    """What is wrong with typed lines."""
    problems = []
    for index, line in enumerate(lines):
        if not line.description.strip():
            problems.append(Problem(f"lines.{index}.description", "required", "Say what the line is for."))
        if line.quantity < 0:
            problems.append(
                Problem(f"lines.{index}.quantity", "negative", "A quantity is not negative; to give money back, issue a credit note.")
            )
        if line.unit_price < 0:
            problems.append(
                Problem(f"lines.{index}.unit_price", "negative", "A price is not negative; to give money back, issue a credit note.")
            )
    return problems


def _line_problems(field: str, line: DraftLine) -> list[Problem]:
    problems = []
    if line.amount_minor < 0:
        problems.append(
            Problem(f"{field}.amount", "negative", f"{line.description!r} is negative; to give money back, issue a credit note.")
        )
    if line.service_from is not None and line.service_to is not None and line.service_to <= line.service_from:
        problems.append(
            Problem(
                f"{field}.service_to", "empty_span", f"The service of {line.description!r} ends before it begins; its last day is excluded."
            )
        )
    return problems
