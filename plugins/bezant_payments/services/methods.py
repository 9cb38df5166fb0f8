"""Payment methods: tokens that gateways gave, one of them each account's default."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from bezant.sdk.db import bulk_insert, ids_in, in_scope, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, Problem, Stale, new_id
from bezant_accounts.services import load_accounts
from bezant_payments.contracts import MethodAdded, MethodInfo, MethodRemoved, NewMethod
from bezant_payments.domain.methods import check_method, label_of
from bezant_payments.models import Method
from bezant_payments.services.registry import gateways
from bezant_payments.services.store import METHODS, method_info

_TYPE = "payments.method"


@use_case("payments.method.create")
def add_method(new: NewMethod) -> MethodInfo:
    """Adds a payment method to an account. The same token added again gives the method that there is (and takes it back into use).

    Raises ``Invalid``, ``NotFound`` for an unknown account.
    """
    return add_methods([new])[0]


@use_case("payments.method.create")
def add_methods(new: Collection[NewMethod]) -> list[MethodInfo]:
    """Adds payment methods, in order, with a constant number of statements. Raises as ``add_method``."""
    _check(new)
    known = _known(new)
    defaults = default_methods({one.account_id for one in new})
    rows: dict[UUID, dict[str, Any]] = {}
    given: list[UUID] = []
    for one in new:
        old = known.get((one.account_id, one.gateway, one.token))
        id = old.id if old else one.id or new_id()
        given.append(id)
        if old is None:
            is_default = one.account_id not in defaults
            rows[id] = _row(one, id, is_default)
            known[(one.account_id, one.gateway, one.token)] = made = method_info(rows[id])
            if is_default:
                defaults[one.account_id] = made
    bulk_insert(Method, list(rows.values()))
    _restore([known_one.id for known_one in known.values() if known_one.archived])
    for one, id in zip(new, given, strict=True):
        if one.make_default and defaults.get(one.account_id, None) is not None and defaults[one.account_id].id != id:
            _make_default(one.account_id, id)
    for id, row in rows.items():
        audit("payments.method.added", _TYPE, id, {"account_id": str(row["account_id"]), "gateway": row["gateway"]})
    post_events([MethodAdded(id, row["account_id"]) for id, row in rows.items()])
    found = load_methods(given)
    return [found[id] for id in given]


@use_case("payments.method.edit")
def set_default_method(id: UUID, expected_version: int | None = None) -> MethodInfo:
    """Makes a method the one that its account's open items are collected from. Raises ``Conflict`` for a removed one."""
    method = _get(id, expected_version)
    if method.archived:
        raise Conflict("This payment method was removed; add it again first.", code="archived")
    if not method.is_default:
        _make_default(method.account_id, id)
        audit("payments.method.made_default", _TYPE, id, {"account_id": str(method.account_id)})
    return load_methods([id])[id]


@use_case("payments.method.edit")
def remove_method(id: UUID, expected_version: int | None = None) -> MethodInfo:
    """Takes a method out of use; payments made by it stay. The account's newest other method becomes its default."""
    method = _get(id, expected_version)
    if not method.archived:
        _change(METHODS.c.id == id, archived=True, is_default=False)
        heir = session.scalars(
            select(METHODS.c.id).where(METHODS.c.account_id == method.account_id, ~METHODS.c.archived).order_by(METHODS.c.id.desc())
        ).first()
        if method.is_default and heir is not None:
            _change(METHODS.c.id == heir, is_default=True)
        audit("payments.method.removed", _TYPE, id, {"account_id": str(method.account_id)})
        post_events([MethodRemoved(id, method.account_id)])
    return load_methods([id])[id]


@query("payments.method.view")
def load_methods(ids: Collection[UUID]) -> dict[UUID, MethodInfo]:
    """Payment methods by id; one that there is none of is left out."""
    rows = session.execute(select(METHODS).where(ids_in(METHODS.c.id, ids), in_scope(METHODS))).mappings()
    return {row["id"]: method_info(row) for row in rows}


@query("payments.method.view")
def methods_of(account_ids: Collection[UUID]) -> list[MethodInfo]:
    """The methods in use of some accounts, defaults first, then the newest."""
    mine = select(METHODS).where(ids_in(METHODS.c.account_id, account_ids), ~METHODS.c.archived, in_scope(METHODS))
    rows = session.execute(mine.order_by(METHODS.c.is_default.desc(), METHODS.c.id.desc())).mappings()
    return [method_info(row) for row in rows]


def default_methods(account_ids: Collection[UUID]) -> dict[UUID, MethodInfo]:
    """The default method of each account that has one."""
    mine = select(METHODS).where(ids_in(METHODS.c.account_id, account_ids), METHODS.c.is_default, ~METHODS.c.archived)
    return {row["account_id"]: method_info(row) for row in session.execute(mine).mappings()}


def _check(new: Collection[NewMethod]) -> None:
    accounts = load_accounts({one.account_id for one in new})
    problems: list[Problem] = []
    for one in new:
        problems += check_method(one)
        if one.gateway not in gateways():
            known = ", ".join(sorted(gateways())) or "none"
            problems.append(Problem("gateway", "no_such_gateway", f"There is no gateway {one.gateway!r}; there are: {known}."))
        if one.account_id not in accounts:
            raise NotFound(f"There is no account {one.account_id}.")
    if problems:
        raise Invalid(problems=problems)


def _known(new: Collection[NewMethod]) -> dict[tuple[UUID, str, str], MethodInfo]:
    """The methods, removed ones too, of the accounts that get new ones, by what makes them the same."""
    rows = session.execute(select(METHODS).where(ids_in(METHODS.c.account_id, {one.account_id for one in new}))).mappings()
    wanted = {(one.account_id, one.gateway, one.token) for one in new}
    return {key: method_info(row) for row in rows if (key := (row["account_id"], row["gateway"], row["token"])) in wanted}


def _row(new: NewMethod, id: UUID, is_default: bool) -> dict[str, Any]:
    at = now()
    return {
        "id": id,
        "account_id": new.account_id,
        "gateway": new.gateway,
        "token": new.token,
        "kind": new.kind,
        "label": label_of(new)[:120],
        "last4": new.last4,
        "expires_on": new.expires_on,
        "is_default": is_default,
        "archived": False,
        "created_at": at,
        "updated_at": at,
        "version": 1,
    }


def _get(id: UUID, expected_version: int | None) -> MethodInfo:
    mine = select(METHODS).where(METHODS.c.id == id, in_scope(METHODS)).with_for_update()
    row = session.execute(mine).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no payment method {id}.")
    if expected_version is not None and row["version"] != expected_version:
        raise Stale("Somebody else changed this meanwhile; read it again and repeat your change.")
    return method_info(row)


def _restore(ids: Collection[UUID]) -> None:
    """Takes removed methods back into use, as the default where their account has none."""
    for id in ids:
        account_id = session.scalars(select(METHODS.c.account_id).where(METHODS.c.id == id)).one()
        _change(METHODS.c.id == id, archived=False, is_default=account_id not in default_methods([account_id]))


def _make_default(account_id: UUID, id: UUID) -> None:
    _change((METHODS.c.account_id == account_id) & METHODS.c.is_default, is_default=False)
    _change(METHODS.c.id == id, is_default=True)


def _change(condition: Any, **values: Any) -> None:
    session.execute(update(METHODS).where(condition).values(version=METHODS.c.version + 1, updated_at=now(), **values))
