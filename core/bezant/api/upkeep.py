"""Background work of the API: forgetting idempotency keys whose time is over."""

from collections.abc import Mapping
from datetime import timedelta

from bezant.api.idempotency import forget_expired
from bezant.jobs.model import Schedule, job


@job("core.forget_idempotency_keys", title="Forget idempotency keys whose time is over")
def forget_keys() -> Mapping[str, int]:
    """Deletes expired keys; how many."""
    return {"forgotten": forget_expired()}


API_JOBS = (forget_keys,)
API_SCHEDULES = (Schedule("core.forget_idempotency_keys", forget_keys, every=timedelta(hours=1)),)
