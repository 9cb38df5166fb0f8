"""Deny unless allowed: every page, endpoint and service declares a permission that exists."""

import inspect

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Integer, MetaData, Table

from bezant.api.access import access_of, requires
from bezant.api.blueprint import ApiBlueprint
from bezant.auth.context import Principal, PrincipalKind, acting_as
from bezant.auth.permissions import all_permissions
from bezant.db.model import SCOPE_KEY, db
from bezant.db.scope import Scope, Shared, scope_of, undeclared
from bezant.errors import ConfigurationError, Denied, Invalid
from bezant.platform import platform
from bezant.records import ReadModel
from bezant.web.permissions import permission_of
from bezant.web.permissions import undeclared as pages_undeclared

pytestmark = pytest.mark.plugins("bundled")


def api_views(app: Flask) -> dict[str, object]:
    return {rule.rule: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}


def services() -> dict[str, object]:
    """Every public function of every plugin's services, by its full name."""
    found = {}
    for manifest in platform().plugins.active():
        module = platform().plugins.module(manifest.name, "services")
        for name in getattr(module, "__all__", ()):
            found[f"{manifest.name}.{name}"] = getattr(module, name)
    return found


def test_every_page_declares_who_may_open_it(app: Flask) -> None:
    assert pages_undeclared(app) == []


def test_every_endpoint_of_the_api_declares_who_may_call_it(app: Flask) -> None:
    views = {rule: view for rule, view in api_views(app).items() if not rule.endswith("openapi.json")}

    assert [rule for rule, view in views.items() if not access_of(view).declared] == []


def test_every_declared_permission_exists(app: Flask) -> None:
    known = all_permissions().keys()
    pages = {permission_of(view) for view in app.view_functions.values()} - {None, ""}
    endpoints = {access_of(view).permission for view in api_views(app).values()} - {None}
    used = {getattr(service, "__bezant_permission__", None) for service in services().values()} - {None}
    granted = {grant for manifest in platform().plugins.active() for grant in manifest.grants}

    assert (pages | endpoints | used | granted) - known == set()


def test_every_table_says_whose_its_rows_are(app: Flask) -> None:
    assert undeclared(db.metadata.sorted_tables) == []


def test_a_table_that_says_nothing_or_names_what_it_has_not_is_found() -> None:
    tables = [
        Table("says_nothing", MetaData(), Column("id", Integer)),
        Table("no_such_column", MetaData(), Column("id", Integer), info={SCOPE_KEY: Scope(account="account_id")}),
        Table("no_reason", MetaData(), Column("id", Integer), info={SCOPE_KEY: Shared("")}),
        Table("well", MetaData(), Column("id", Integer), info={SCOPE_KEY: Scope(account="id")}),
    ]

    assert undeclared(tables) == ["no_reason", "no_such_column", "says_nothing"]


def test_every_read_model_is_of_a_table_that_says_whose_its_rows_are(app: Flask) -> None:
    contracts = [platform().plugins.module(manifest.name, "contracts") for manifest in platform().plugins.active()]
    models = {name: model for module in filter(None, contracts) for name, model in vars(module).items() if isinstance(model, ReadModel)}

    assert models and [name for name, model in models.items() if scope_of(model) is None] == []


def test_every_endpoint_says_whose_what_it_shows_is(app: Flask) -> None:
    views = {rule: view for rule, view in api_views(app).items() if not rule.endswith("openapi.json")}

    assert [rule for rule, view in views.items() if access_of(view).scope is None] == []


def test_an_endpoint_that_does_not_say_stops_the_boot() -> None:
    blueprint = ApiBlueprint("careless", __name__)

    with pytest.raises(ConfigurationError, match=r"does not say whose .* give its blueprint a scope"):
        blueprint.route("/berths")(requires("core.dashboard.view")(lambda: ""))


def test_nobody_without_a_permission_gets_past_a_service(app: Flask) -> None:
    nobody = Principal(PrincipalKind.STAFF, None, "nobody")
    let_in = []
    for name, service in services().items():
        if not hasattr(service, "__bezant_permission__"):
            continue
        arguments = {
            p.name: None for p in inspect.signature(service).parameters.values() if p.default is p.empty and p.kind != p.VAR_KEYWORD
        }
        try:
            with acting_as(nobody):
                service(**arguments)  # type: ignore[operator]
        except Denied:
            continue
        except (Invalid, TypeError):
            pass
        let_in.append(name)
    assert let_in == []


def test_whoever_is_not_signed_in_is_sent_to_sign_in(app: Flask) -> None:
    assert app.test_client().get("/").location.startswith("/login")


@pytest.mark.parametrize("path", ["/api/v1/accounts", "/api/v1/invoices", "/api/v1/payments", "/api/v1/ledger/entries"])
def test_the_api_without_a_key_says_how_to_send_one(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)

    assert answer.status_code == 401 and answer.content_type == "application/problem+json"


def test_every_page_carries_a_strict_policy(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "default-src 'none'" in policy
