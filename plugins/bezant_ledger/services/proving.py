"""The proof as background work."""

from uuid import UUID

import structlog

from bezant.sdk.jobs import enqueue, job
from bezant.sdk.services import use_case
from bezant_ledger.services.verification import report_values, verify

_log = structlog.get_logger(__name__)


@job("ledger.verify", title="Verify the ledger", tries=1)
def verify_ledger() -> dict[str, object]:
    """Proves the ledger; the result says whether everything holds, or the first difference."""
    report = verify()
    if report.difference is not None:
        _log.error("the ledger does not verify", code=report.difference.code, where=report.difference.where)
    return report_values(report)


@use_case("ledger.seal.verify", whole=True)
def start_verification() -> UUID:
    """Puts the proof into the queue; the id of its job."""
    return enqueue(verify_ledger, unique="verify")
