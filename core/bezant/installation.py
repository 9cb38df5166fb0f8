"""The database of a deployment as a whole: is it there, is it current, bring it up to date."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import inspect

from bezant import outbox
from bezant.db import migrations
from bezant.db.migrations import Branch, BranchStatus
from bezant.db.model import CORE, db
from bezant.errors import ConfigurationError, Conflict, NotFound
from bezant.platform import platform
from bezant.plugins.order import State


def upgrade_database(on_branch: Callable[[Branch], None] | None = None) -> None:
    """Runs every pending migration, restores triggers, and lets new event handlers start at the end of the log."""
    migrations.upgrade(db.engine, _branches(), on_branch)
    outbox.sync_cursors()


def database_status() -> list[BranchStatus]:
    """How far each branch is."""
    return migrations.status_of(db.engine, _branches())


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not inspect(db.engine).get_table_names()


def is_embedded() -> bool:
    """Whether this is the embedded database, which belongs to one process."""
    return db.engine.dialect.name == "sqlite"


def prepare_to_serve() -> None:
    """Makes sure that the tables are there. An empty embedded database is set up; anything else that is behind is refused.

    Raises ``ConfigurationError`` naming what is missing.
    """
    if is_embedded() and is_empty():
        upgrade_database()
    behind = [s for s in database_status() if not s.up_to_date]
    if behind:
        details = "; ".join(f"{s.name} is at {s.current or 'nothing'}, not {s.head}" + _missing(s) for s in behind)
        raise ConfigurationError(f"the database is not what this version needs ({details}). Run `bezant db upgrade`.")


def new_revision(name: str, message: str) -> Path:
    """Writes a migration for a plugin from its models. For developers."""
    return migrations.create_revision(db.engine, _branch(name), message)


def purge_plugin(name: str) -> None:
    """Drops the tables of a plugin with all their data. Raises ``Conflict`` while it, or one that requires it, is enabled."""
    manager = platform().plugins
    manifest = manager.manifests.get(name)
    if manifest is None:
        raise NotFound(f"There is no plugin {name!r} installed; its package is needed to remove its tables.")
    if manager.verdicts[name].state is not State.DISABLED:
        raise Conflict(f"{name} is {manager.verdicts[name].state}; take it out of plugins.enabled first.")
    manager.module(name, "models")
    migrations.downgrade(db.engine, Branch(name, manifest.package))


def _missing(status: BranchStatus) -> str:
    lacking = (*status.missing_tables, *status.missing_triggers)
    return f" and lacks {', '.join(lacking)}" if lacking else ""


def _branches() -> list[Branch]:
    return migrations.branches(platform().plugins.active())


def _branch(name: str) -> Branch:
    for branch in _branches():
        if branch.name == name:
            return branch
    known = ", ".join(b.name for b in _branches())
    raise NotFound(f"There is no active plugin {name!r}; known are {known} ({CORE} is the platform).")
