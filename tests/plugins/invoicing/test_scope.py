"""Whoever is limited to some legal entities knows of no other's documents."""

from collections.abc import Callable
from typing import Any

import pytest

from bezant.auth.context import Principal, PrincipalKind, acting_as
from bezant.sdk.lists import fetch, parse
from bezant.sdk.values import NotFound, new_id
from bezant_accounts import services as accounts
from bezant_accounts.contracts import NewAccount, NewLegalEntity
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, DraftEdit
from bezant_invoicing.schemas.lists import CREDIT_NOTE_LIST, INVOICE_LIST

from .conftest import FEB, World
from .test_closing import credit
from .test_issue import issue

pytestmark = pytest.mark.plugins("invoicing")

EVERYTHING = frozenset(
    f"invoicing.{noun}.{verb}"
    for noun, verbs in {
        "invoice": ("view", "create", "edit", "finalize", "void", "write_off"),
        "credit_note": ("view", "create", "void"),
        "pending_charge": ("view", "create", "edit"),
    }.items()
    for verb in verbs
)


@pytest.fixture
def stranger(world: World) -> Principal:
    """May do everything, at another legal entity."""
    other = accounts.create_legal_entity(NewLegalEntity(code="HAM", name="Hafen", currency="EUR", timezone="Europe/Berlin", country="DE"))
    accounts.create_account(NewAccount(name="Muster", legal_entity_id=other.id))
    return Principal(PrincipalKind.STAFF, new_id(), "stranger", EVERYTHING, legal_entity_ids=frozenset({other.id}))


def test_documents_of_other_legal_entities_do_not_exist(world: World, stranger: Principal) -> None:
    issued = issue(world, 1000)
    note = credit(issued, 100)
    draft = world.draft(5)
    invoicing.save_drafts([draft])
    lines = (CreditLine(line_id=issued.lines[0].draft.id, amount_minor=1, kind="goodwill"),)
    deeds: list[Callable[[], Any]] = [
        lambda: invoicing.load_invoice(issued.id),
        lambda: invoicing.load_credit_note(note.id),
        lambda: invoicing.invoice_pdf(issued.id),
        lambda: invoicing.credit_note_pdf(note.id),
        lambda: invoicing.void_invoice(issued.id),
        lambda: invoicing.mark_uncollectible(issued.id),
        lambda: invoicing.void_credit_note(note.id),
        lambda: invoicing.issue_credit_note(DraftCreditNote(id=new_id(), invoice_id=issued.id, issued_on=FEB, lines=lines)),
        lambda: invoicing.edit_draft(draft.id, DraftEdit(notes="mine")),
        lambda: invoicing.finalize_invoice(draft.id),
        lambda: invoicing.discard_draft(draft.id),
        lambda: invoicing.issue_page([world.draft(100)]),
    ]
    for deed in deeds:
        with acting_as(stranger), pytest.raises(NotFound):
            deed()
    with acting_as(stranger):
        assert fetch(INVOICE_LIST, parse(INVOICE_LIST, [])).rows == ()
        assert fetch(CREDIT_NOTE_LIST, parse(CREDIT_NOTE_LIST, [])).rows == ()
    assert len(fetch(INVOICE_LIST, parse(INVOICE_LIST, [])).rows) == 2
