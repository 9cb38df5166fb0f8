"""The import-linter contracts of setup.cfg: their lists are complete, and each is seen to fail on a planted import."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("hooks", "api", "views", "jobs", "cli", "schemas", "services", "models", "settings", "domain", "contracts")


def configuration() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg")
    return parser


def lines(section: str, option: str) -> list[str]:
    return [line for line in configuration()[section][option].split() if line]


PLUGINS = sorted(folder.name for folder in (ROOT / "plugins").glob("bezant_*") if (folder / "plugin.toml").is_file())


@pytest.mark.parametrize(
    ("section", "option"),
    [
        ("importlinter", "root_packages"),
        ("importlinter:contract:core-knows-no-plugin", "forbidden_modules"),
        ("importlinter:contract:sdk-only", "source_modules"),
        ("importlinter:contract:two-doors", "source_modules"),
        ("importlinter:contract:inner-layers", "containers"),
    ],
)
def test_every_plugin_is_named_in_every_contract(section: str, option: str) -> None:
    assert sorted(set(lines(section, option)) - {"bezant"}) == PLUGINS


def test_every_plugin_has_its_entry_point() -> None:
    named = dict(line.split(" = ") for line in configuration()["options.entry_points"]["bezant.plugins"].strip().splitlines())

    assert named == {package.removeprefix("bezant_"): f"{package}.hooks" for package in PLUGINS}


def test_every_inner_module_of_a_plugin_is_closed_to_others() -> None:
    closed = {module.removeprefix("*.") for module in lines("importlinter:contract:two-doors", "forbidden_modules")}

    assert closed == set(LAYERS) - {"contracts", "services"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty platform and empty plugins with all their layers, below the contracts of this repository."""
    (tmp_path / "setup.cfg").write_text((ROOT / "setup.cfg").read_text())
    core = [*lines("importlinter:contract:pure-modules", "source_modules"), "bezant.app", "bezant.sdk.db"]
    plugins = [f"{package}.{layer}" for package in lines("importlinter", "root_packages")[1:] for layer in LAYERS]
    for module in core + plugins:
        add_module(tmp_path, module)
    return tmp_path


def add_module(root: Path, module: str, text: str = "") -> None:
    source_root = root / ("plugins" if module.startswith("bezant_") else "core")
    file = source_root / (module.replace(".", "/") + ".py")
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder in [file.parent, *file.parent.parents]:
        if folder == source_root:
            break
        (folder / "__init__.py").touch()
    file.write_text(text)


def lint(root: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}/core{os.pathsep}{root}/plugins", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


ALLOWED = [
    ("bezant_ledger.services", "from bezant_accounts import contracts, services"),
    ("bezant_ledger.services", "from bezant.sdk import db, values"),
    ("bezant_ledger.domain", "from bezant.sdk.values import Money"),
    ("bezant_ledger.domain", "from bezant_ledger.contracts import NewEntry"),
    ("bezant_ledger.api", "from bezant_ledger import schemas, services"),
    ("bezant.sdk.db", "import sqlalchemy"),
]

FORBIDDEN = [
    ("The platform never imports a plugin", "bezant.app", "import bezant_ledger.contracts"),
    ("The pure modules", "bezant.money", "import sqlalchemy"),
    ("The pure modules", "bezant.calendars", "from bezant.sdk import db"),
    ("nothing of the platform but bezant.sdk", "bezant_ledger.services", "from bezant import app"),
    ("nothing of the platform but bezant.sdk", "bezant_ledger.domain", "from bezant.money import Money"),
    ("only contracts and services", "bezant_invoicing.services", "from bezant_ledger.models import Posting"),
    ("only contracts and services", "bezant_invoicing.domain", "from bezant_ledger import domain"),
    ("the layers lead one way", "bezant_ledger.models", "from bezant_ledger import services"),
    ("the layers lead one way", "bezant_ledger.api", "from bezant_ledger import views"),
    ("the layers lead one way", "bezant_ledger.contracts", "from bezant_ledger import domain"),
    ("the layers lead one way", "bezant_ledger.helpers", ""),
    ("domain and contracts import bezant.sdk.values alone", "bezant_ledger.domain", "from bezant.sdk import db"),
    ("domain and contracts import bezant.sdk.values alone", "bezant_ledger.contracts", "import flask"),
]


def test_what_the_floors_allow_passes(tree: Path) -> None:
    for module, statement in ALLOWED:
        add_module(tree, module, statement)

    result = lint(tree)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "module", "statement"), FORBIDDEN)
def test_a_planted_import_breaks_its_contract(tree: Path, contract: str, module: str, statement: str) -> None:
    add_module(tree, "bezant.sdk.db", "import sqlalchemy")
    add_module(tree, module, statement)

    result = lint(tree)

    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken), result.stdout + result.stderr
