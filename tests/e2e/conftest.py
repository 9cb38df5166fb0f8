"""The demonstration with the flights of a few carriers, ready to be billed."""

from typing import Any

import pytest
from flask import Flask

CARRIERS = ("HA", "OO", "YV", "F9", "AS")
"""Small carriers: 2,372 flights altogether, so that a year is imported in a second."""


@pytest.fixture
def accounts(app: Flask, as_system: None) -> dict[str, Any]:
    """The sixteen accounts by code, with the flights of the small carriers, on 1 January 2013."""
    from bezant.sdk import rehearsal
    from bezant_demo import services
    from bezant_demo.domain import tariff

    rehearsal.rehearse_from(services.local_noon(tariff.FIRST_DAY))
    made = services.set_up()
    services.import_flights(lambda _count: None, CARRIERS)
    return made
