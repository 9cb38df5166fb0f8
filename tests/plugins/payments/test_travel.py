"""Business time that travels meets collections as they fall due; a live gateway keeps it where it is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bezant.errors import Conflict
from bezant.jobs import work
from bezant.sdk import rehearsal
from bezant.sdk.db import session
from bezant.testing.gateways import ScriptedGateway
from bezant.travel import start_travel
from bezant_ledger.services import verify
from bezant_payments.models import Transaction
from bezant_payments.services import register
from tests.plugins.payments.world import open_world

pytestmark = [pytest.mark.plugins("payments", "gateway_sandbox", "gateway_bank_transfer"), pytest.mark.usefixtures("as_system")]


def test_retries_are_made_on_their_days(app: Any) -> None:
    rehearsal.rehearse_from(datetime(2013, 2, 1, 12, tzinfo=UTC))
    world = open_world()
    world.method("tok_decline_soft")
    world.owe(500)
    assert work.run_job(str(start_travel(datetime(2013, 2, 20, tzinfo=UTC))))

    attempts = session.scalars(select(Transaction.created_at).order_by(Transaction.created_at))
    assert [str(at.date()) for at in attempts] == ["2013-02-01", "2013-02-02", "2013-02-05", "2013-02-12"]
    assert world.left() == [500] and verify().ok


@pytest.mark.settings({"clock.travel": True})
def test_business_time_stands_while_a_gateway_is_live(app: Any) -> None:
    to = datetime(2099, 1, 1, tzinfo=UTC)

    class Live(ScriptedGateway):
        @property
        def info(self) -> Any:
            return replace(super().info, title="Real", test_mode=False)

    register(Live("real"))
    for move in (start_travel, rehearsal.skip_to, rehearsal.rehearse_from):
        with pytest.raises(Conflict, match="gateway Real is live"):
            move(to)
