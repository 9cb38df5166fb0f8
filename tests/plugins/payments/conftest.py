"""A port and an airline on a day in 2013."""

from typing import Any

import pytest

from tests.plugins.payments.world import World, open_world


@pytest.fixture
def world(as_system: None, clock: Any) -> World:
    clock.travel_to(2013, 2, 1, 12)
    return open_world()
