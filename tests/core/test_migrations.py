"""Migrations: they make exactly what the models say, and take it away again."""

import pytest
from flask import Flask
from sqlalchemy import inspect

from bezant.db import migrations
from bezant.db.model import db
from bezant.errors import ConfigurationError
from bezant.installation import database_status, prepare_to_serve
from bezant.platform import platform

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.plugins("bundled")
def test_they_make_exactly_what_the_models_say() -> None:
    branches = migrations.branches(platform().plugins.active())

    assert {b.name: migrations.differences(db.engine, b) for b in branches} == {b.name: [] for b in branches}
    assert [s.name for s in database_status() if not s.up_to_date] == []


@pytest.mark.plugins("bundled")
def test_every_plugin_with_tables_has_them() -> None:
    assert [b.name for b in migrations.branches(platform().plugins.active()) if b.tables and not b.has_revisions] == []


@pytest.mark.plugins("bundled")
def test_they_go_down_and_up_again() -> None:
    branches = migrations.branches(platform().plugins.active())
    for branch in reversed(branches):
        migrations.downgrade(db.engine, branch)
    assert {t for t in inspect(db.engine).get_table_names() if not t.startswith("alembic_version")} == set()

    migrations.upgrade(db.engine, branches)
    assert [s.name for s in database_status() if not s.up_to_date] == []


@pytest.mark.plugins
def test_a_half_migrated_database_is_not_served(app: Flask) -> None:
    migrations.downgrade(db.engine, migrations.branches([])[0])

    if db.engine.dialect.name == "postgresql":
        with pytest.raises(ConfigurationError, match="bezant db upgrade"):
            prepare_to_serve()
