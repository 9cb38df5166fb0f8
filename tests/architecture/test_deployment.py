"""What is installed and configured fits the code: declared dependencies, package data, configuration files, front-end files."""

import configparser
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import frontend
import manifests
import pytest

from bezant.settings import CORE_SETTINGS, Config, Layer

ROOT = Path(__file__).resolve().parents[2]
ONLY_IN_TESTS = "core/bezant/testing"
CONFIGURATIONS = sorted((ROOT / "config").glob("*.toml"))


def declared(*extras: str) -> set[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg")
    texts = [parser["options"]["install_requires"], *(parser["options.extras_require"][extra] for extra in extras)]
    return {normal(re.split(r"[\[<>=; ]", line)[0]) for text in texts for line in text.split("\n") if line}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def third_party_imports(folder: Path) -> Iterator[tuple[str, str]]:
    for entry in manifests.imports_of(folder):
        top = entry.module.partition(".")[0]
        if top and top not in sys.stdlib_module_names and not top.startswith("bezant"):
            yield entry.place.replace(f"{ROOT}/", ""), top


def test_every_package_that_is_imported_is_declared() -> None:
    """Else it works here, where the tools of development bring it, and fails in an empty environment."""
    providers = packages_distributions()
    needed, for_scale_and_tests = declared(), declared("scale", "dev")
    undeclared = [
        f"{place} imports {top}"
        for folder in [ROOT / "core/bezant", *(ROOT / "plugins").glob("bezant_*")]
        for place, top in third_party_imports(folder)
        if not {normal(name) for name in providers.get(top, [top])}
        & (for_scale_and_tests if place.startswith(ONLY_IN_TESTS) or top in ("celery", "kombu") else needed)
    ]

    assert undeclared == []


def test_the_platform_starts_without_the_packages_of_extras() -> None:
    """celery.py may import celery, but nothing that every installation loads may import celery.py."""
    program = "import bezant.app, bezant.cli, sys; print(*{'celery', 'redis', 'gunicorn', 'pytest', 'hypothesis'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


@pytest.mark.parametrize("requirements", ["runtime.txt", "dev.txt"])
def test_compiled_requirements_pin_everything_and_name_no_address(requirements: str) -> None:
    lines = (ROOT / "requirements" / requirements).read_text().splitlines()

    assert all(re.fullmatch(r"[\w.\[\],-]+==[\w.]+( ; .+)?", line) for line in lines)


def test_compiled_requirements_hold_everything_declared() -> None:
    def pinned(name: str) -> set[str]:
        return {normal(re.split(r"[\[=]", line)[0]) for line in (ROOT / "requirements" / name).read_text().splitlines()}

    assert declared() <= pinned("runtime.txt")
    assert declared("scale", "dev") <= pinned("dev.txt")


def test_the_lock_of_the_front_end_names_no_address_to_download_from() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_icons_and_fonts_are_packed_into_the_vendor_folder() -> None:
    assert frontend.up_to_date()
    sprite = (frontend.VENDOR / "icons.svg").read_text()
    assert all(f'<symbol id="{name}"' in sprite for name in frontend.icon_names())


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.name)
def test_every_key_of_a_shipped_configuration_exists(file: Path) -> None:
    with file.open("rb") as stream:
        tables = tomllib.load(stream)
    config = Config([Layer(file.name, {f"{table}.{key}": value for table, keys in tables.items() for key, value in keys.items()})])
    known = {setting.key: setting for setting in CORE_SETTINGS}

    unknown = config.layers[0].values.keys() - known.keys()

    assert not unknown
    for key, value in config.layers[0].values.items():
        known[key].parse(value)


def packed_files() -> set[Path]:
    """Every file that a wheel of this checkout would carry, asked of setuptools itself."""
    program = (
        "import setuptools\n"
        "from distutils.core import run_setup\n"
        "build = run_setup('setup.py', stop_after='config').get_command_obj('build_py')\n"
        "build.ensure_finalized()\n"
        "print(*(f'{folder}/{name}' for _, folder, _, names in build.data_files for name in names), sep='\\n')\n"
        "print(*(file for _, _, file in build.find_all_modules()), sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return {ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()}


def test_a_wheel_carries_every_file_of_the_source_roots() -> None:
    """Templates, themes, migrations and data get lost first, and nobody notices in a checkout."""
    roots = [ROOT / "core/bezant", *(ROOT / "plugins").glob("bezant_*"), ROOT / "themes"]
    present = {file for root in roots for file in root.rglob("*") if file.is_file() and "__pycache__" not in file.parts}

    assert present - packed_files() == set()
