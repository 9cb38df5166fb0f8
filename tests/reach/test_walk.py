"""Whoever sees one of two sees nothing of the other: every list, endpoint and page is asked, as the registry has them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import FromClause, Uuid, select
from werkzeug.routing import Rule

from bezant.api.access import access_of
from bezant.auth.context import SYSTEM, Principal, acting_as
from bezant.auth.sessions import Visit
from bezant.db.model import Model, db, session
from bezant.db.scope import Scope, Shared, Withheld, in_scope, scope_of, single_key, table_of
from bezant.ids import new_id
from bezant.records import ReadModel
from bezant_accounts.models import Account
from bezant_subscriptions.models import Subscription

from .world import Side

pytestmark = pytest.mark.plugins("bundled")

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PARAMETER = re.compile(r"<(?:[^:>]+:)?(\w+)>")
API = "/api/v1/"

QUESTIONS: dict[str, Callable[[Side], str]] = {
    "aging_api.get_aging": lambda side: f"account_id={side.account}",
    "bank_transfers_api.get_instructions": lambda side: f"account_id={side.account}&item_id={side.owed}",
    "ledger_api.trial_balance": lambda side: f"account_id={side.account}&legal_entity_id={side.entity}",
    "usage_api.explain": lambda side: f"transaction_id={side.word}-1",
    "usage_api.get_summary": lambda side: f"account={side.account}&from=2013-01-01T00:00:00Z&to=2013-02-01T00:00:00Z",
}
"""What endpoints that are no lists are asked for by parameters."""

PAGES: dict[tuple[str, str], type[Model] | None] = {
    ("bezant_accounts", "account_id"): Account,
    ("bezant_catalog", "code"): None,
    ("bezant_coupons", "code"): None,
    ("bezant_ledger", "code"): None,
    ("bezant_payments", "account_id"): Account,
    ("bezant_statements", "as_of"): None,
    ("bezant_subscriptions", "subscription_id"): Subscription,
    ("bezant_tax_rates", "code"): None,
}
"""What parameters of pages name that no endpoint of the same plugin has; ``None``: nothing of anybody's."""


@dataclass
class Walk:
    """One principal of one side, asking by itself; ``mine`` and ``foreign`` are all ids within reach and of the other side."""

    who: Principal
    own: Side
    other: Side
    mine: set[str]
    foreign: set[str]
    ask: Callable[[str], Any]

    def check(self, address: str, text: str) -> list[str]:
        """What an answer tells of the other side."""
        words = [w for w in (self.other.word, self.other.word.lower(), self.other.word[:3].upper() + "-") if w in text]
        return [f"{address} tells {self.who.name} of {found}" for found in (*words, *(set(_UUID.findall(text)) & self.foreign))]


@pytest.fixture
def walks(app: Flask, sides: tuple[Side, Side], client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> list[Walk]:
    """Staff and a portal person of each side; requests are theirs without a credential."""
    acting: list[Principal] = []
    monkeypatch.setattr("bezant.api.blueprint.authenticate_request", lambda: acting[-1])
    monkeypatch.setattr("bezant.auth.setup.visit_of", lambda _token: Visit(acting[-1], is_due=False))

    def asking(who: Principal) -> Callable[[str], Any]:
        def ask(address: str) -> Any:
            acting.append(who)
            with client.get(address) as answer:
                answer.get_data()
            return answer

        return ask

    def ids(who: Principal) -> set[str]:
        return {str(key) for table in tables() for key in keys(table, who) if isinstance(key, UUID)}

    first, second = sides
    return [
        Walk(who, own, other, ids(who), ids(other.staff), asking(who))
        for own, other in ((first, second), (second, first))
        for who in (own.staff, own.portal)
    ]


def tables() -> list[Any]:
    """Every table that says whose its rows are."""
    found = [t for t in db.metadata.sorted_tables if len(t.primary_key.columns) == 1]
    return [t for t in found if isinstance(declared := scope_of(t), Scope) and not declared.actor]


def keys(table: Any, who: Principal) -> list[Any]:
    """The keys of a table's rows that somebody may know of."""
    with acting_as(who):
        return list(session.scalars(select(single_key(table)).where(in_scope(table)).order_by(single_key(table))))


def beyond(table: Any, who: Principal) -> list[Any]:
    """The keys of those that exist and are out of reach."""
    mine = set(keys(table, who))
    return [key for key in keys(table, SYSTEM) if key not in mine]


def rules(app: Flask, *, api: bool) -> list[Rule]:
    """Every address that can be read."""
    found = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and r.rule.startswith(API) == api]
    return [r for r in found if r.endpoint != "openapi_json"]


def address(rule: Rule, *values: object) -> str:
    """The address with these values for its parameters."""
    given = iter(values)
    return _PARAMETER.sub(lambda _found: str(next(given)), rule.rule)


def outcome(answer: Any) -> tuple[int, str]:
    """An answer without the ids and words in it that were asked for."""
    text = re.sub(r"Aurora|Borealis|Nobody|[0-9]+", "…", _UUID.sub("…", answer.get_data(as_text=True)))
    return answer.status_code, text


def table_behind(scope: Any) -> Any:
    """The table whose declaration a list or endpoint goes by; ``None`` where it has a condition of its own, or says Shared or Withheld."""
    return table_of(scope) if isinstance(scope, FromClause | ReadModel | type) else None


def test_nothing_of_the_other_is_seen(app: Flask, walks: list[Walk]) -> None:
    leaks, silent = [], []
    for rule in rules(app, api=True):
        scope = access_of(app.view_functions[rule.endpoint]).scope
        table = table_behind(scope)
        declared = scope if table is None else scope_of(table)
        if isinstance(declared, Shared):
            continue
        for walk in walks:
            found, saw = whole(walk, rule) if table is None or not rule.arguments else named(walk, rule, table)
            leaks += found
            if not saw and walk.who.account_ids is None and not isinstance(declared, Withheld) and not getattr(declared, "actor", ""):
                silent.append(f"{rule.rule} shows {walk.who.name} nothing of their own: add some to the world")
    leaks += pages(app, walks[0])
    assert not leaks, "\n".join(leaks)
    assert not silent, "\n".join(silent)


def whole(walk: Walk, rule: Rule) -> tuple[list[str], bool]:
    """A list, or something computed: asked as it is, for the other side, and for one's own; what it tells, and whether of one's own."""
    question = QUESTIONS.get(rule.endpoint)
    own = rule.rule if question is None else f"{rule.rule}?{question(walk.own)}"
    answer = walk.ask(own)
    leaks = walk.check(own, answer.text) if answer.status_code == 200 else [f"{own}: {answer.status_code} {answer.text}"]
    if question is not None:
        answers = {side.word: walk.ask(f"{rule.rule}?{question(side)}") for side in (walk.other, walk.other.nobody())}
        if outcome(answers[walk.other.word]) != outcome(answers["Nobody"]):
            leaks.append(f"{rule.rule} answers of the other otherwise than of nobody: {[a.text for a in answers.values()]}")
    return leaks, walk.own.word in answer.text or not walk.mine.isdisjoint(_UUID.findall(answer.text))


def named(walk: Walk, rule: Rule, table: Any) -> tuple[list[str], bool]:
    """One record: one's own is shown, the other's is as if it were not there."""
    leaks, mine = [], keys(table, walk.who)
    nothing = outcome(walk.ask(address(rule, new_id() if isinstance(single_key(table).type, Uuid) else 987654)))
    for key in beyond(table, walk.who)[:1]:
        answer = walk.ask(address(rule, key))
        if answer.status_code != 404 or outcome(answer) != nothing:
            leaks.append(f"{address(rule, key)} is answered to {walk.who.name} otherwise than what there is not: {answer.status_code}")
    if mine:
        answer = walk.ask(address(rule, mine[0]))
        leaks += walk.check(address(rule, mine[0]), answer.text)
        if answer.status_code != 200:
            leaks.append(f"{address(rule, mine[0])}: {answer.status_code} for {walk.who.name}")
    return leaks, bool(mine)


def pages(app: Flask, walk: Walk) -> list[str]:
    """What pages tell: as a whole, as a file where they are lists, of records of the other side, and when the other's word is searched."""
    problems = []
    word = walk.other.word[:4]  # the page repeats what was searched, so a part of the word
    own = (f"/accounts/{walk.own.account}", f"/invoices/{walk.own.invoice}", f"/search?q={word}", f"/accounts/?q={word}")
    plain = [rule.rule for rule in rules(app, api=False) if not rule.arguments]
    for url in (*plain, *own):
        text = walk.ask(url).text
        file = walk.ask(f"{url}?format=csv").text if "format=csv" in text else ""
        problems += walk.check(url, text + file)
    named_by = parameters(app)
    for rule in rules(app, api=False):
        package, name = _package(app, rule), (_PARAMETER.findall(rule.rule) or [""])[0]
        if not name or package == "bezant":
            continue
        if (package, name) not in named_by:
            problems.append(f"{rule.rule}: say in PAGES what {name} names")
            continue
        table = named_by[package, name]
        for key in beyond(table, walk.who)[:1] if table is not None else ():
            answer = walk.ask(address(rule, key))
            if answer.status_code != 404:
                problems.append(f"{address(rule, key)} is shown to {walk.who.name}: {answer.status_code}")
    return problems


def parameters(app: Flask) -> dict[tuple[str, str], Any]:
    """The table that each parameter of an address names, by plugin and name: as endpoints and PAGES say; ``None`` where it is shared."""
    found = {key: table_of(model) if model else None for key, model in PAGES.items()}
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access.named:
            found[_package(app, rule), access.named] = table_behind(access.scope)
    return found


def _package(app: Flask, rule: Rule) -> str:
    return app.view_functions[rule.endpoint].__module__.partition(".")[0]
