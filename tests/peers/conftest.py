"""`pytest tests/peers --cases DIR`: a test for each case of a folder, run by the adapter of its area."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .adapters import find_adapter
from .deviating import Deviation, read_deviations
from .reading import Case, read_folder

HERE = Path(__file__).parent

LATER = (
    Deviation("drafts of the billing run, and what a charge costs at least", area="spending_minimum"),
    Deviation("cancellation with a refund", area="termination_proration", where={"given.timeline.*.credit_note": "refund|offset"}),
    Deviation("drafts of the billing run", area="credit_note", where={"given.timeline.*.do": "finalize_invoice"}),
)
"""Cases for which the product is not ready, with what they wait for."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--cases``."""
    parser.addoption("--cases", type=Path, default=HERE / "cases", help="folder with files <origin>-<area>.json")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cases that need a database go to the test that has one."""
    if "case" not in metafunc.fixturenames:
        return
    stored = "app" in metafunc.fixturenames
    cases = _read(metafunc.config.getoption("--cases", HERE / "cases"))
    metafunc.parametrize("case", [_param(case) for case in cases if _is_stored(case) is stored])


@cache
def _read(folder: Path) -> list[Case]:
    return read_folder(folder)


@cache
def _deviations() -> list[Deviation]:
    return read_deviations(HERE / "deviations.toml")


def _is_stored(case: Case) -> bool:
    adapter = find_adapter(case.area)
    return adapter is not None and adapter.is_stored(case.given)


def _param(case: Case) -> Any:
    return pytest.param(case, id=f"{case.area}-{case.id}", marks=_marks(case))


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    adapter = find_adapter(case.area)
    if adapter is None:
        return [pytest.mark.skip(reason=f"area {case.area} has no adapter yet")]
    wanting = next((one.reason for one in LATER if one.picks(case)), None)
    if wanting is not None:
        return [pytest.mark.skip(reason=f"{case.area} waits for: {wanting}")]
    reasons = [deviation.reason for deviation in _deviations() if deviation.picks(case)]
    marks = [pytest.mark.plugins(*adapter.plugins)] if adapter.plugins else []
    return marks + [pytest.mark.xfail(strict=True, reason=reason) for reason in reasons[:1]]
