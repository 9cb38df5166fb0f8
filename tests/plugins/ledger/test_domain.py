"""Seals, reversals and closed days. Pure: no database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import Conflict, SourceRef, new_id
from bezant_ledger.contracts import EntryInfo, NewEntry, NewPosting, PostingInfo
from bezant_ledger.domain.chart import DEFAULT_CHART, sub_account
from bezant_ledger.domain.entries import booking_day, reversal
from bezant_ledger.domain.posting import compose
from bezant_ledger.domain.proof import Chain, SealedEntry
from bezant_ledger.domain.seals import ENTRY_PARTS, GENESIS, POSTING_PARTS, entry_digest, seal_hash

CHART = {account.code: account for account in DEFAULT_CHART}
ENTITY = new_id()


def sealed(*amounts):
    """An entry row with its posting rows, and its digest."""
    postings = [dict.fromkeys(POSTING_PARTS) | {"id": new_id(), "ledger_account": "cash", "amount_minor": a} for a in amounts]
    ids = {"id": new_id(), "source_id": new_id(), "legal_entity_id": ENTITY, "reverses_id": None}
    entry = dict.fromkeys(ENTRY_PARTS, "x") | ids | {"date": date(2013, 1, 1), "currency": "USD"}
    return SealedEntry(entry | {"digest": entry_digest(entry, postings)}, postings)


def chained(*groups):
    """Seals over groups of entries."""
    previous, made = GENESIS, []
    for number, entries in enumerate(groups, start=1):
        hashed = seal_hash(ENTITY, number, previous, [e.entry["digest"] for e in entries])
        row = {
            "id": new_id(),
            "legal_entity_id": ENTITY,
            "number": number,
            "previous_hash": previous,
            "hash": hashed,
            "entries": len(entries),
        }
        made.append((row, entries))
        previous = hashed
    return made


def walk(seals):
    chain = Chain()
    return next((d for row, entries in seals if (d := chain.check(row, entries))), None), chain


def test_an_untouched_chain_holds():
    difference, chain = walk(chained([sealed(1, -1), sealed(2, -2)], [sealed(3, -3)]))
    assert (difference, chain.seals, chain.entries, chain.postings) == (None, 2, 3, 6)


def test_whatever_goes_missing_or_changes_places_is_found():
    first, second, third = chained([sealed(1, -1), sealed(2, -2)], [sealed(3, -3)], [sealed(4, -4)])
    assert walk([first, third])[0].code == "seal_missing"
    assert walk([(first[0], first[1][:1]), second])[0].code == "entries_missing"
    assert walk([(first[0], first[1][::-1])])[0].code == "seal_broken"
    assert walk([(first[0], [first[1][0], third[1][0]])])[0].code == "seal_broken"


@given(st.sampled_from(POSTING_PARTS))
def test_a_digest_covers_every_part_of_a_posting(part):
    original = sealed(1, -1)
    changed = [original.postings[0] | {part: new_id()}, original.postings[1]]
    assert entry_digest(original.entry, changed) != original.entry["digest"]


@given(st.sampled_from(ENTRY_PARTS))
def test_a_digest_covers_every_part_of_an_entry(part):
    original, other = sealed(1, -1), new_id()
    changed = {**original.entry, part: other if part == "id" or part.endswith("_id") else str(other)}
    assert entry_digest(changed, original.postings) != original.entry["digest"]


@given(st.text(max_size=9), st.integers(0, 9), st.integers(0, 9))
def test_a_digest_keeps_texts_apart(text, first, second):
    original = sealed(1, -1)
    parted = [{**original.entry, "source_number": text[:at], "description": text[at:]} for at in (first, second)]
    same = text[:first] == text[:second]
    assert (entry_digest(parted[0], original.postings) == entry_digest(parted[1], original.postings)) == same


@given(st.lists(st.integers(-(10**15), 10**15), min_size=2, max_size=6))
def test_only_what_sums_to_zero_is_composed(amounts):
    postings = tuple(NewPosting("cash", amount) for amount in amounts)
    entry = NewEntry(new_id(), date(2013, 1, 1), ENTITY, "USD", SourceRef("x", ENTITY), "x", postings)
    composed = compose([entry], CHART, new_id)
    assert bool(composed.problems) == (sum(amounts) != 0)
    balanced = replace(entry, postings=(*postings, NewPosting("cash", -sum(amounts))))
    assert not compose([balanced], CHART, new_id).problems


def test_a_reversal_negates_and_takes_back_what_was_opened():
    item, other = new_id(), new_id()
    postings = (
        PostingInfo(item, "receivables", 100, ENTITY, ENTITY, None, date(2013, 2, 1)),
        PostingInfo(new_id(), "unapplied_cash", 50, ENTITY, None, other, None),
        PostingInfo(new_id(), "revenue", -150, None, None, None, None),
    )
    entry = EntryInfo(new_id(), date(2013, 1, 1), ENTITY, "USD", SourceRef("x", ENTITY), "x", None, postings)
    undone = reversal(entry, new_id(), date(2013, 3, 1), frozenset({item}))
    assert [(p.ledger_account, p.amount_minor, p.item_id) for p in undone.postings] == [
        ("receivables", -100, item),
        ("unapplied_cash", -50, other),
        ("revenue", 150, None),
    ]
    assert undone.reverses_id == entry.id


def test_closed_days():
    entry = NewEntry(new_id(), date(2013, 1, 31), ENTITY, "USD", SourceRef("x", ENTITY), "x", ())
    assert booking_day(entry, None) == entry.date
    assert booking_day(entry, date(2012, 12, 31)) == entry.date
    assert booking_day(entry, date(2013, 1, 31)) == date(2013, 2, 1)
    with pytest.raises(Conflict, match="2013-02-01 or later"):
        booking_day(replace(entry, moves=False), date(2013, 1, 31))


def test_sub_accounts_take_after_their_parent():
    found = sub_account("receivables:eu", CHART)
    assert (found.items, found.type, found.title) == ("receivable", "asset", "Receivables, eu")
    assert sub_account("nothing:eu", CHART) is None
    assert sub_account("revenue", CHART) is None
