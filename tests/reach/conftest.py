"""The two sides, made anew for each test."""

from typing import Any

import pytest

from bezant.auth.context import SYSTEM, acting_as

from .world import Side, build


@pytest.fixture
def sides(app: Any, clock: Any, drain: Any) -> tuple[Side, Side]:
    """Two legal entities with an account each. Nobody acts in the test until it says who does."""
    clock.travel_to(2013, 2, 1, 12)
    with acting_as(SYSTEM):
        return build(drain)
