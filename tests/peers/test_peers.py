"""Every figure of the cases, computed by Bezant."""

from typing import Any

import pytest

from .adapters import find_adapter
from .comparing import differences
from .reading import Case, questions


def test_figure(case: Case) -> None:
    check(case)


@pytest.mark.only_on("sqlite")
@pytest.mark.usefixtures("app", "as_system")
def test_stored_figure(case: Case, app: Any) -> None:
    check(case)


def check(case: Case) -> None:
    """Fails with every difference between what the case expects and what the product answers."""
    adapter = find_adapter(case.area)
    assert adapter is not None
    answer = adapter.answer(case.given, questions(case.expect))
    found = list((adapter.differences or differences)(case.expect, answer))
    assert not found, "\n".join([case.note, *found])
