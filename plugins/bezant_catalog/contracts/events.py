"""What happened in the catalog."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bezant.sdk.values import DomainEvent


@dataclass(frozen=True, slots=True)
class PlanCreated(DomainEvent):
    """A plan came into being; ``aggregate_id`` is the plan."""

    type: ClassVar[str] = "catalog.plan.created"
    code: str


@dataclass(frozen=True, slots=True)
class PlanVersionPublished(DomainEvent):
    """A version of a plan can be sold from its effective day on; ``aggregate_id`` is the plan."""

    type: ClassVar[str] = "catalog.plan.published"
    plan_version_id: UUID
    code: str
    number: int


@dataclass(frozen=True, slots=True)
class PlanArchived(DomainEvent):
    """A plan is no longer sold; ``aggregate_id`` is the plan."""

    type: ClassVar[str] = "catalog.plan.archived"
    code: str


@dataclass(frozen=True, slots=True)
class MetricCreated(DomainEvent):
    """A metric came into being; ``aggregate_id`` is the metric."""

    type: ClassVar[str] = "catalog.metric.created"
    code: str
