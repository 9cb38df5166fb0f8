"""Links to the catalog from other plugins' pages, and the global search."""

from collections.abc import Mapping, Sequence

from flask import url_for

from bezant.sdk.lists import ListSpec, fetch, parse
from bezant.sdk.services import may
from bezant.sdk.values import Link, SourceRef
from bezant.sdk.web import SearchHit
from bezant_catalog.schemas import METRIC_LIST, PLAN_LIST

PLAN, METRIC = "catalog.plan", "catalog.metric"


def link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Links of the plans and metrics among these references, whose number is their code; asks the database nothing."""
    endpoints = {PLAN: ("catalog.plan", PLAN_LIST.permission), METRIC: ("catalog.metric", METRIC_LIST.permission)}
    return {
        ref: Link(ref.number, url_for(endpoints[ref.type][0], code=ref.number), endpoints[ref.type][1])
        for ref in refs
        if ref.type in endpoints and ref.number
    }


def search(text: str, limit: int) -> list[SearchHit]:
    """Plans and metrics whose code or name begins with the text."""
    return _hits(PLAN_LIST, "Plans", "stack-2", text, limit) + _hits(METRIC_LIST, "Metrics", "adjustments", text, limit)


def _hits(spec: ListSpec, kind: str, icon: str, text: str, limit: int) -> list[SearchHit]:
    if not may(spec.permission):
        return []
    rows = fetch(spec, parse(spec, [("q", text), ("limit", str(limit))])).rows
    return [SearchHit(kind, row["name"], row["code"], (spec.record or str)(row) or "", icon) for row in rows]
