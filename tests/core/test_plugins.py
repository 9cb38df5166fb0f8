"""Plugins: what loads, in which order, and what a broken one costs."""

import sys
import textwrap
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from bezant.errors import ConfigurationError, PluginError
from bezant.hooks import each, using
from bezant.hookspecs import bezant_add_navigation, bezant_add_settings
from bezant.plugins.discovery import Found
from bezant.plugins.manager import PluginManager
from bezant.plugins.manifest import Manifest, ManifestError, parse_manifest, read_manifest
from bezant.plugins.order import State, decide

MakePlugin = Callable[..., Found]


def manifest(name: str, *requires: str, after: tuple[str, ...] = (), api: str = "1") -> Manifest:
    return Manifest(name, name.title(), "1.0", f"bezant_{name}", api=api, requires=requires, after=after)


def order(*manifests: Manifest, enabled: set[str] | None = None) -> tuple[list[str], dict[str, State]]:
    by_name = {m.name: m for m in manifests}
    names, verdicts = decide(by_name, enabled if enabled is not None else set(by_name), {})
    return names, {name: verdict.state for name, verdict in verdicts.items()}


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    """Writes a plugin package into a folder on the path, as another distribution would bring it."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, hooks: str = "", requires: tuple[str, ...] = (), toml: str | None = None) -> Found:
        package = f"thirdparty_{name}"
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "hooks.py").write_text("from bezant.sdk.values import hookimpl\n" + textwrap.dedent(hooks))
        required = ", ".join(f'"{r}"' for r in requires)
        text = toml or f'name = "{name}"\ntitle = "{name}"\nversion = "1"\napi = "1"\nrequires = [{required}]\n'
        (folder / "plugin.toml").write_text(text)
        monkeypatch.delitem(sys.modules, package, raising=False)
        monkeypatch.delitem(sys.modules, f"{package}.hooks", raising=False)
        point = EntryPoint(name, f"{package}.hooks", "bezant.plugins")
        return Found(name, point, package, read_manifest(folder / "plugin.toml", package))

    return make


def load(*found: Found, required: tuple[str, ...] = ()) -> PluginManager:
    manager = PluginManager({f.name: f for f in found}, [f.name for f in found], required)
    manager.load()
    return manager


def test_requirements_come_first_and_the_rest_by_name() -> None:
    names, _ = order(
        manifest("invoicing", "accounts", "ledger"), manifest("ledger", "accounts"), manifest("accounts"), manifest("crm", "accounts")
    )

    assert names == ["accounts", "crm", "ledger", "invoicing"]


def test_after_orders_without_requiring() -> None:
    assert order(manifest("a", after=("b", "not_there")), manifest("b"))[0] == ["b", "a"]


def test_what_is_not_named_stays_off_and_blocks_its_dependants() -> None:
    names, states = order(manifest("accounts"), manifest("ledger", "accounts"), enabled={"ledger"})

    assert names == []
    assert states == {"accounts": State.DISABLED, "ledger": State.BLOCKED}


def test_a_plugin_of_another_interface_is_incompatible() -> None:
    assert order(manifest("old", api="0"))[1] == {"old": State.INCOMPATIBLE}


def test_a_circle_fails_its_members_and_blocks_who_needs_them() -> None:
    names, states = order(manifest("a", "b"), manifest("b", "a"), manifest("c", "a"), manifest("d"))

    assert names == ["d"]
    assert states == {"a": State.FAILED, "b": State.FAILED, "c": State.BLOCKED, "d": State.ACTIVE}


def test_a_plugin_that_is_named_but_not_installed_is_said_so() -> None:
    _, verdicts = decide({}, {"ghost"}, {})

    assert (verdicts["ghost"].state, verdicts["ghost"].reason) == (State.FAILED, "not installed")


@pytest.mark.parametrize(
    ("toml", "field"),
    [
        ({"title": "x", "version": "1", "api": "1"}, "name"),
        ({"name": "Bad-Name", "title": "x", "version": "1", "api": "1"}, "name"),
        ({"name": "x", "title": "x", "version": "1", "api": "1", "require": []}, "require"),
        ({"name": "x", "title": "x", "version": "1", "api": "1", "requires": "accounts"}, "requires"),
        ({"name": "x", "title": "x", "version": "1", "api": "1", "permissions": [{"name": "y.a.b", "title": "z"}]}, "permissions.0.name"),
        (
            {"name": "x", "title": "x", "version": "1", "api": "1", "permissions": [{"name": "x.a.b", "title": "z", "roles": ["king"]}]},
            "permissions.0.roles",
        ),
    ],
)
def test_a_wrong_manifest_says_where(toml: dict[str, object], field: str) -> None:
    with pytest.raises(ManifestError) as refused:
        parse_manifest(toml, "bezant_x")
    assert field in {p.field for p in refused.value.problems}


def test_a_manifest_is_read_without_running_the_plugins_code(make_plugin: MakePlugin) -> None:
    found = make_plugin("bomb", "raise SystemExit('my code ran')")

    assert found.manifest is not None and found.manifest.name == "bomb"
    assert "thirdparty_bomb" not in sys.modules


def test_one_that_raises_on_import_is_failed_and_harms_only_its_dependants(make_plugin: MakePlugin) -> None:
    manager = load(make_plugin("bad", "1 / 0"), make_plugin("needs_bad", requires=("bad",)), make_plugin("good"))

    verdicts = manager.verdicts
    assert verdicts["bad"].state is State.FAILED and "ZeroDivisionError" in verdicts["bad"].reason
    assert verdicts["needs_bad"].state is State.BLOCKED
    assert manager.order == ["good"]


def test_a_required_one_that_fails_stops_the_start(make_plugin: MakePlugin) -> None:
    with pytest.raises(ConfigurationError, match="ZeroDivisionError"):
        load(make_plugin("bad", "1 / 0"), required=("bad",))


@pytest.mark.parametrize(
    ("hooks", "reason"),
    [
        ("@hookimpl\ndef bezant_ad_navigation(): return []", "bezant_ad_navigation"),
        ("@hookimpl\ndef bezant_search(text): return []", "bezant_search takes"),
        ("@hookimpl\ndef bezant_search(words, limit): return []", "words"),
    ],
)
def test_a_hook_that_nobody_specified_or_with_other_arguments_is_refused(make_plugin: MakePlugin, hooks: str, reason: str) -> None:
    verdict = load(make_plugin("odd", hooks)).verdicts["odd"]

    assert verdict.state is State.FAILED and reason in verdict.reason


def test_answers_come_in_plugin_order_with_their_names(make_plugin: MakePlugin) -> None:
    says = "@hookimpl\ndef bezant_add_navigation(): return ['{0}']"
    manager = load(make_plugin("z", says.format("z")), make_plugin("a", says.format("a"), requires=("z",)))

    with using(manager):
        assert [(c.plugin, c.value) for c in each(bezant_add_navigation)] == [("z", ["z"]), ("a", ["a"])]


def test_a_failing_piece_of_a_page_is_left_out(make_plugin: MakePlugin) -> None:
    manager = load(
        make_plugin("a", "@hookimpl\ndef bezant_add_navigation(): return 1 / 0"),
        make_plugin("b", "@hookimpl\ndef bezant_add_navigation(): return ['b']"),
    )

    with using(manager):
        assert [c.plugin for c in each(bezant_add_navigation)] == ["b"]


def test_where_the_answer_is_needed_a_failure_names_the_plugin(make_plugin: MakePlugin) -> None:
    manager = load(make_plugin("a", "@hookimpl\ndef bezant_add_settings(): return 1 / 0"))

    with using(manager), pytest.raises(PluginError, match="'a'"):
        each(bezant_add_settings)
