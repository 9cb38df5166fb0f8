"""What a payment may be asked for."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bezant.sdk.values import Problem
from bezant_ledger.contracts import OpenItemInfo
from bezant_payments.contracts import TargetInfo


def check_items(item_ids: Sequence[UUID], items: Mapping[UUID, OpenItemInfo], payer_id: UUID) -> list[Problem]:
    """Whether one payment of a payer can pay these items: receivables of its own, of one currency and legal entity, not settled."""
    problems = [problem for i, id in enumerate(item_ids) if (problem := _check(f"item_ids.{i}", items.get(id), payer_id)) is not None]
    books = {(items[id].legal_entity_id, items[id].currency) for id in item_ids if id in items}
    if len(books) > 1:
        problems.append(Problem("item_ids", "mixed_books", "One payment pays items of one currency and one legal entity; make several."))
    if len(set(item_ids)) != len(item_ids):
        problems.append(Problem("item_ids", "twice", "An item is named twice."))
    return problems


def _check(where: str, item: OpenItemInfo | None, payer_id: UUID) -> Problem | None:
    if item is None or item.kind != "receivable" or item.payer_id != payer_id:
        return Problem(where, "no_such_item", "The account owes no such open item.")
    if item.is_settled:
        return Problem(where, "settled", f"{item.source.number or item.id} is settled already.")
    return None


def share_out(minor: int, items: Sequence[OpenItemInfo]) -> tuple[TargetInfo, ...]:
    """An amount over items in their order, each at most what is left of it; what is over stays as credit."""
    targets, left = [], minor
    for item in items:
        asked = min(left, item.residual_minor)
        if asked > 0:
            targets.append(TargetInfo(item.id, asked))
            left -= asked
    return tuple(targets)
