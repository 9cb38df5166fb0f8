"""Two at once, and one that is killed: numbers stay gapless, nothing is credited or billed twice."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from bezant.auth.context import SYSTEM, acting_as
from bezant.sdk.db import session
from bezant.sdk.values import BillingError, new_id
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditLine, DraftCreditNote, NewLine, NewPendingCharge
from bezant_invoicing.models import Invoice, InvoiceLine
from bezant_ledger import services as ledger

from .conftest import FEB, World
from .test_issue import issue

pytestmark = pytest.mark.plugins("invoicing")


def together(app: Any, *deeds: Callable[[], object]) -> list[object]:
    """What each deed gave or raised, all done at once."""

    def run(deed: Callable[[], object]) -> object:
        with app.app_context(), acting_as(SYSTEM):
            try:
                return deed()
            except BillingError as error:
                return error
            finally:
                session.remove()

    session.commit()
    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def numbers() -> list[str]:
    return list(session.scalars(select(Invoice.number).order_by(Invoice.number)))  # type: ignore[arg-type]


def test_pages_issued_at_once_share_the_series_without_gap_or_repetition(app: Any, world: World) -> None:
    pages = [[world.draft(100 + n) for n in range(5)] for _ in range(4)]
    together(app, *(lambda page=page: invoicing.issue_page(page) for page in pages))  # type: ignore[misc]
    assert numbers() == [f"PNY-2013-{n:06}" for n in range(1, 21)]
    assert ledger.verify().ok


def test_one_draft_finalized_twice_at_once_is_issued_once(app: Any, world: World) -> None:
    draft = world.draft(100)
    invoicing.save_drafts([draft])
    answers = together(app, *[lambda: invoicing.finalize_invoice(draft.id)] * 2)
    assert sum(isinstance(answer, BillingError) for answer in answers) == 1
    assert numbers() == ["PNY-2013-000001"]


def test_one_pending_charge_is_billed_once_by_two_runs_at_once(app: Any, world: World) -> None:
    invoicing.add_pending_charge(NewPendingCharge(account_id=world.account.id, line=NewLine(description="Key card", unit_price=Decimal(5))))
    together(app, *[lambda: invoicing.issue_page([world.draft(100)])] * 2)
    assert session.scalar(select(func.count()).select_from(InvoiceLine).where(InvoiceLine.description == "Key card")) == 1


def test_two_credits_at_once_never_give_back_more_than_was_billed(app: Any, world: World) -> None:
    issued = issue(world, 1000)
    line_id = issued.lines[0].draft.id

    def credit() -> object:
        lines = (CreditLine(line_id=line_id, amount_minor=700),)
        return invoicing.issue_credit_note(DraftCreditNote(id=new_id(), invoice_id=issued.id, issued_on=FEB, lines=lines))

    answers = together(app, credit, credit)
    assert sum(isinstance(answer, BillingError) for answer in answers) == 1
    assert invoicing.line_balances([line_id])[line_id].left_minor == 300


def test_a_process_killed_before_its_commit_leaves_no_gap(app: Any, world: World, hooks: Any) -> None:
    issue(world, 100)
    session.remove()
    child = os.fork()
    if child == 0:
        from bezant.db.model import db

        db.engine.dispose(close=False)
        with hooks(bezant_record_issued=lambda _page: os._exit(9)):
            invoicing.issue_page([world.draft(200)])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert issue(world, 300).number == "PNY-2013-000002"
    assert numbers() == ["PNY-2013-000001", "PNY-2013-000002"]
