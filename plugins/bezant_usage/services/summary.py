"""What an account used so far: every metric of its events, measured now."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bezant.sdk.db import in_reach, session
from bezant.sdk.services import now, query
from bezant.sdk.values import Invalid
from bezant_accounts.contracts import ACCOUNTS
from bezant_accounts.services import get_account
from bezant_catalog.contracts import Metric
from bezant_catalog.services import metrics_of_types
from bezant_usage.contracts import Measured, Window
from bezant_usage.models import UsageEvent
from bezant_usage.services.measuring import measure


@dataclass(frozen=True, slots=True)
class MetricUsage:
    """A metric and what it came to."""

    metric: Metric
    measured: Measured


@dataclass(frozen=True, slots=True)
class Summary:
    """The usage of an account in ``[from_at, to_at)``."""

    account_id: UUID
    from_at: datetime
    to_at: datetime
    metrics: tuple[MetricUsage, ...]


@query("usage.event.view")
def summarize(
    account_id: UUID, from_at: datetime | None = None, to_at: datetime | None = None, subscription_id: UUID | None = None
) -> Summary:
    """Every metric that measures events of the account, live; the current month in the account's zone unless told otherwise.

    Raises ``NotFound`` for an unknown account and ``Invalid`` for a span that ends before it begins.
    """
    account = get_account(account_id)
    first, end = month_of(now(), account.timezone)
    begins, ends = from_at or first, to_at or end
    if begins >= ends:
        raise Invalid.field("to", "empty_span", "The span ends before it begins; give `to` later than `from`.")
    metrics = [metric for some in metrics_of_types(_event_types(account_id)).values() for metric in some]
    windows = [Window(metric.code, account_id, metric, begins, ends, subscription_id) for metric in metrics]
    measured = measure(windows)
    return Summary(account_id, begins, ends, tuple(MetricUsage(metric, measured[metric.code]) for metric in metrics))


@query("usage.event.view")
def recent_usage(account_id: UUID) -> Summary | None:
    """The current month's usage of an account, or that of the last month in which it had any; None where it never had."""
    if not in_reach(ACCOUNTS, [account_id]):
        return None
    last = max((at for kind in _event_types(account_id) if (at := _last_event(account_id, kind))), default=None)
    if last is None:
        return None
    zone = get_account(account_id).timezone
    return summarize(account_id, *month_of(min(last, now()), zone))


def month_of(at: datetime, timezone: str) -> tuple[datetime, datetime]:
    """The calendar month around an instant in a zone, as UTC instants."""
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    following = (local.year + local.month // 12, local.month % 12 + 1)
    starts = (datetime(year, month, 1, tzinfo=zone).astimezone(UTC) for year, month in ((local.year, local.month), following))
    return next(starts), next(starts)


def _last_event(account_id: UUID, kind: str) -> datetime | None:
    table = UsageEvent.__table__
    found: datetime | None = session.scalar(select(func.max(table.c.at)).where(table.c.account_id == account_id, table.c.type == kind))
    return found


def _event_types(account_id: UUID) -> list[str]:
    """The types of events that the account has, by skipping through the index."""
    found: list[str] = []
    table = UsageEvent.__table__
    while True:
        beyond = select(table.c.type).where(table.c.account_id == account_id).order_by(table.c.type).limit(1)
        kind = session.scalar(beyond.where(table.c.type > found[-1]) if found else beyond)
        if kind is None:
            return found
        found.append(kind)
