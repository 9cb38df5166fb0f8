"""A plugin that comes in a distribution of its own: it appears, migrates, serves a page, and leaves again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PAGE = """
from bezant.app import create_app
from bezant.auth.testing import sign_in
app = create_app()
browser = app.test_client()
sign_in(app, browser)
browser.post("/acme_notes/new", data={"text": "Call the harbour master"})
answer = browser.get("/acme_notes/")
print(answer.status_code, "harbour master" in answer.text)
"""


@pytest.fixture
def bezant(tmp_path: Path) -> Run:
    """Runs ``bezant`` (or a script) in a process of its own, with an installation beside it that holds further distributions."""
    beside = tmp_path / "beside"
    beside.mkdir()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("BEZANT_")},
        "PYTHONPATH": str(beside),
        "BEZANT_DATA_DIR": str(tmp_path / "data"),
        "BEZANT_PLUGINS__ENABLED": "acme_notes",
    }

    def run(*arguments: str, script: str = "", code: int = 0, **extra: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", script] if script else [sys.executable, "-m", "bezant", *arguments]
        done = subprocess.run(command, env={**environment, **extra}, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


def install(tmp_path: Path, name: str) -> Path:
    """Renders a plugin and installs it as pip would: the package, and metadata that names its entry point."""
    from bezant.scaffold import render

    render(name, tmp_path)
    folder, beside = tmp_path / f"bezant-{name.replace('_', '-')}", tmp_path / "beside"
    (folder / f"bezant_{name}").rename(beside / f"bezant_{name}")
    metadata = beside / f"bezant_{name}-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bezant-{name.replace('_', '-')}\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text(f"[bezant.plugins]\n{name} = bezant_{name}.hooks\n")
    return beside / f"bezant_{name}"


def state_of(bezant: Run, name: str, **extra: str) -> dict[str, str]:
    listed: list[dict[str, str]] = json.loads(bezant("plugin", "list", "--json", **extra).stdout)
    return next((plugin for plugin in listed if plugin["name"] == name), {})


def test_it_appears_migrates_serves_a_page_and_leaves(tmp_path: Path, bezant: Run) -> None:
    package = install(tmp_path, "acme_notes")

    found = state_of(bezant, "acme_notes")
    assert (found["state"], found["distribution"]) == ("active", "bezant-acme-notes")
    bezant("db", "upgrade")
    bezant("db", "check")
    assert bezant(script=PAGE).stdout.split() == ["200", "True"]

    disabled = {"BEZANT_PLUGINS__ENABLED": ""}
    assert state_of(bezant, "acme_notes", **disabled)["state"] == "disabled"
    bezant("db", "purge", "acme_notes", "--yes", **disabled)
    bezant("db", "upgrade", **disabled)

    shutil.rmtree(package)
    shutil.rmtree(package.parent / "bezant_acme_notes-0.1.0.dist-info")
    assert state_of(bezant, "acme_notes", **disabled) == {}
    bezant("db", "check", **disabled)


def test_it_is_not_loaded_merely_because_it_is_installed(tmp_path: Path, bezant: Run) -> None:
    package = install(tmp_path, "acme_notes")
    (package / "hooks.py").write_text("raise SystemExit('nobody asked for me')")

    assert state_of(bezant, "acme_notes", BEZANT_PLUGINS__ENABLED="")["state"] == "disabled"


def test_one_that_raises_on_import_is_listed_as_failed_and_harms_nothing(tmp_path: Path, bezant: Run) -> None:
    package = install(tmp_path, "acme_notes")
    (package / "hooks.py").write_text("raise RuntimeError('broken on purpose')")

    found = state_of(bezant, "acme_notes")
    assert found["state"] == "failed" and "broken on purpose" in found["reason"]
    bezant("db", "upgrade")
    assert "broken on purpose" in bezant("plugin", "doctor", code=1).stderr


def test_the_tables_of_an_enabled_plugin_are_not_purged(tmp_path: Path, bezant: Run) -> None:
    install(tmp_path, "acme_notes")

    assert "plugins.enabled" in bezant("db", "purge", "acme_notes", "--yes", code=1).stderr
