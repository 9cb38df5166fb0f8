"""Links to entries and open items from other plugins' pages."""

from collections.abc import Mapping, Sequence

from flask import url_for

from bezant.sdk.values import Link, SourceRef

ENTRY, MANUAL, ITEM = "ledger.entry", "ledger.manual", "ledger.open_item"


def link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Links of entries (their ids are those of the references) and of open items; nothing is looked up."""
    links: dict[SourceRef, Link] = {}
    for ref in refs:
        if ref.type in (ENTRY, MANUAL):
            links[ref] = Link(ref.number or "Journal entry", url_for("ledger.entry", entry_id=ref.id), "ledger.entry.view")
        elif ref.type == ITEM:
            links[ref] = Link(ref.number or "Open item", url_for("ledger.item", item_id=ref.id), "ledger.item.view")
    return links
