"""Code and manifests agree, and each way to disagree is found."""

from pathlib import Path

import manifests
import pytest


@pytest.fixture
def two_plugins(tmp_path: Path) -> Path:
    """A small tree in order: `orders` requires `stock` and uses what it may."""
    for name, requires in (("stock", "[]"), ("orders", '["stock"]')):
        folder = tmp_path / "plugins" / f"bezant_{name}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "plugin.toml").write_text(
            f'name = "{name}"\nrequires = {requires}\n[[permissions]]\nname = "{name}.item.take"\ntitle = "Take items"\n'
        )
        (folder / "contracts.py").write_text("from dataclasses import dataclass\nfrom bezant.sdk.values import Money\n")
    plant(tmp_path, "orders/services.py", "from bezant_stock import services\nfrom bezant_stock.contracts import Money\n")
    return tmp_path


def plant(root: Path, place: str, text: str) -> None:
    (root / "plugins" / f"bezant_{place}").write_text(text)


def test_the_plugins_of_this_repository_import_what_their_manifests_say() -> None:
    assert manifests.problems() == []


def test_a_tree_in_order_has_no_problems(two_plugins: Path) -> None:
    assert manifests.problems(two_plugins) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import bezant_orders.contracts",
        "from bezant_orders import contracts",
        "from bezant_orders.contracts import Money",
        "def later():\n    from bezant_orders import services",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bezant_orders.contracts import Money",
    ],
)
def test_an_import_that_the_manifest_does_not_name_is_found(two_plugins: Path, statement: str) -> None:
    plant(two_plugins, "stock/services.py", statement)

    (problem,) = manifests.problems(two_plugins)

    assert problem.startswith("plugins/bezant_stock/services.py:")
    assert "does not require 'orders'" in problem


@pytest.mark.parametrize("layer", ["domain", "contracts"])
@pytest.mark.parametrize(
    "statement",
    [
        "import flask",
        "import requests",
        "from bezant.sdk import db",
        "from bezant.sdk.db import session",
        "from bezant_stock import services",
        "from bezant_stock.services import take",
        "from bezant_stock.domain import price",
        "from . import models",
        "from .models import Order",
    ],
)
def test_a_pure_module_that_imports_more_than_values_is_found(two_plugins: Path, layer: str, statement: str) -> None:
    plant(two_plugins, f"orders/{layer}.py", statement)

    (problem,) = manifests.problems(two_plugins)

    assert f"{layer} imports" in problem


@pytest.mark.parametrize(
    "statement",
    [
        "from decimal import Decimal",
        "import pycountry",
        "from bezant.sdk import values",
        "from bezant.sdk.values import Money",
        "from bezant_stock import contracts",
        "from bezant_stock.contracts import Item",
        "from .contracts import Order",
        "from . import contracts",
    ],
)
def test_what_a_pure_module_may_import_is_not_complained_of(two_plugins: Path, statement: str) -> None:
    plant(two_plugins, "orders/domain.py", statement)

    assert manifests.problems(two_plugins) == []


def test_modules_of_a_pure_package_are_pure_too(two_plugins: Path) -> None:
    (two_plugins / "plugins/bezant_orders/domain").mkdir()
    plant(two_plugins, "orders/domain/prices.py", "from ..contracts import Order\nfrom .tiers import Tier\nimport sqlalchemy")

    (problem,) = manifests.problems(two_plugins)

    assert problem.startswith("plugins/bezant_orders/domain/prices.py:3")


def test_a_circle_of_requirements_is_found(two_plugins: Path) -> None:
    plant(two_plugins, "stock/plugin.toml", 'name = "stock"\nrequires = ["orders"]\n')

    assert any("in a circle" in problem for problem in manifests.problems(two_plugins))


def test_a_requirement_that_does_not_exist_is_found(two_plugins: Path) -> None:
    plant(two_plugins, "stock/plugin.toml", 'name = "stock"\nrequires = ["shelves"]\n')

    assert manifests.problems(two_plugins) == ["plugins/bezant_stock/plugin.toml: requires 'shelves', which does not exist"]


@pytest.mark.parametrize(
    ("grant", "reason"),
    [("stock.item.give", "does not declare"), ("billing.item.take", "does not require"), ("core.clock.stop", "does not declare")],
)
def test_a_grant_that_nobody_can_give_is_found(two_plugins: Path, grant: str, reason: str) -> None:
    plant(two_plugins, "orders/plugin.toml", f'name = "orders"\nrequires = ["stock"]\ngrants = ["{grant}"]\n')

    (problem,) = manifests.problems(two_plugins)

    assert reason in problem
