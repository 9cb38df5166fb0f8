"""Schema changes: one Alembic environment and version table per plugin, run in the order in which plugins load.

So one plugin can leave without breaking the others. The platform itself is the first of them, under the name ``core``.
"""

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.operations.ops import CreateTableOp
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, inspect

from bezant.db.engine import writing
from bezant.db.model import CORE, db, tables_of
from bezant.db.triggers import drop_triggers, install_triggers, missing_triggers
from bezant.errors import ConfigurationError
from bezant.plugins.manifest import Manifest

VERSION_TABLE = "alembic_version_{name}"
_TEMPLATES = Path(__file__).parent / "alembic"


@dataclass(frozen=True, slots=True)
class Branch:
    """The migrations of one owner: the platform or a plugin."""

    name: str
    package: str

    @property
    def folder(self) -> Path:
        """Where its revisions are."""
        spec = find_spec(self.package)
        locations = spec.submodule_search_locations if spec else None
        if not locations:
            raise ConfigurationError(f"package {self.package} has no folder")
        return Path(next(iter(locations))) / "migrations" / "versions"

    @property
    def has_revisions(self) -> bool:
        """Whether there is anything to run."""
        return any(path.name != "__init__.py" for path in self.folder.glob("*.py"))

    @property
    def version_table(self) -> str:
        """The table that keeps how far it is."""
        return VERSION_TABLE.format(name=self.name)

    @property
    def tables(self) -> list[Table]:
        """Its tables, parents first."""
        return tables_of(self.package)


@dataclass(frozen=True, slots=True)
class BranchStatus:
    """How far one branch is in a database. ``pending`` counts revisions still to run."""

    name: str
    current: str | None
    head: str | None
    missing_tables: tuple[str, ...]
    missing_triggers: tuple[str, ...]

    @property
    def up_to_date(self) -> bool:
        """Whether the database is what the code expects."""
        return self.current == self.head and not self.missing_tables and not self.missing_triggers


def branches(active: Sequence[Manifest]) -> list[Branch]:
    """The platform and the active plugins, in the order in which they migrate."""
    return [Branch(CORE, "bezant"), *(Branch(m.name, m.package) for m in active)]


def upgrade(engine: Engine, wanted: Sequence[Branch], on_branch: Callable[[Branch], None] | None = None) -> None:
    """Brings every branch to its head, restores triggers, and checks that every table is there."""
    for branch in wanted:
        if on_branch:
            on_branch(branch)
        if branch.has_revisions:
            _run(engine, branch, "head")
        _check_tables(engine, branch)
        with writing(), engine.begin() as connection:
            install_triggers(connection, branch.tables)


def downgrade(engine: Engine, branch: Branch) -> None:
    """Takes a branch back to nothing: its tables are dropped with all that is in them (purge)."""
    with writing(), engine.begin() as connection:
        drop_triggers(connection, branch.tables)
    if branch.has_revisions:
        _run(engine, branch, "base")


def status_of(engine: Engine, wanted: Sequence[Branch]) -> list[BranchStatus]:
    """How far each branch is, read only."""
    with engine.connect() as connection:
        present = set(inspect(connection).get_table_names())
        return [_status(connection, branch, present) for branch in wanted]


def create_revision(engine: Engine, branch: Branch, message: str) -> Path:
    """Writes a new revision of a branch from the difference between its models and the database. For developers."""
    branch.folder.mkdir(parents=True, exist_ok=True)
    config = _config(branch)
    with writing(), engine.begin() as connection:
        config.attributes["connection"], config.attributes["branch"] = connection, branch
        made = command.revision(config, message, autogenerate=True, version_path=str(branch.folder), rev_id=_next_number(branch))
    script = made[0] if isinstance(made, list) else made
    if script is None:
        raise ConfigurationError(f"{branch.name}: nothing to write")
    return Path(script.path)


def _next_number(branch: Branch) -> str:
    made = sum(path.name != "__init__.py" for path in branch.folder.glob("*.py"))
    return f"{branch.name}_{made + 1:04}"


def _check_tables(engine: Engine, branch: Branch) -> None:
    present = set(inspect(engine).get_table_names())
    lacking = [t.name for t in branch.tables if t.name not in present]
    if lacking:
        raise ConfigurationError(f"{branch.name}: no migration makes {', '.join(lacking)}; its package is incomplete.")


def differences(engine: Engine, branch: Branch) -> list[str]:
    """Where the tables of a branch differ from its models, in words; for tests and ``bezant db check``."""
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")  # which SQLite's cannot be read back from the database
        context = MigrationContext.configure(connection, opts={**_options(branch), "target_metadata": db.metadata})
        return [str(one) for one in compare_metadata(context, db.metadata)]


def _run(engine: Engine, branch: Branch, target: str) -> None:
    config = _config(branch)
    with writing(), engine.connect() as connection:
        config.attributes["connection"], config.attributes["branch"] = connection, branch
        if target == "base":
            command.downgrade(config, target)
        else:
            command.upgrade(config, target)


def _config(branch: Branch) -> AlembicConfig:
    config = AlembicConfig(stdout=io.StringIO())
    config.set_main_option("script_location", str(_TEMPLATES))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(branch.folder))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _status(connection: Connection, branch: Branch, present: set[str]) -> BranchStatus:
    tables = branch.tables
    script = ScriptDirectory.from_config(_config(branch)) if branch.has_revisions else None
    context = MigrationContext.configure(connection, opts={"version_table": branch.version_table})
    missing = tuple(t.name for t in tables if t.name not in present)
    return BranchStatus(
        name=branch.name,
        current=context.get_current_revision() if branch.version_table in present else None,
        head=script.get_current_head() if script else None,
        missing_tables=missing,
        missing_triggers=tuple(missing_triggers(connection, [t for t in tables if t.name in present])),
    )


def run_environment(context: EnvironmentContext) -> None:
    """The body of Alembic's ``env.py``, for every branch."""
    attributes = context.config.attributes
    branch, connection = attributes["branch"], attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        transaction_per_migration=True,
        render_as_batch=True,
        render_item=_render_item,
        process_revision_directives=_leave_info_out,
        **_options(branch),
    )
    with context.begin_transaction():
        context.run_migrations()
    if not connection.in_nested_transaction() and connection.in_transaction():
        connection.commit()


def _options(branch: Branch) -> dict[str, Any]:
    """What Alembic has to know of a branch: it sees its own tables only."""
    names = {t.name for t in branch.tables}

    def mine(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return kind != "table" or name in names

    def named(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or name in names

    return {"version_table": branch.version_table, "include_object": mine, "include_name": named, "compare_type": True}


def _leave_info_out(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """What a table's ``info`` says is the platform's business, not the migration's."""
    for script in directives:
        for operation in script.upgrade_ops.ops:
            if isinstance(operation, CreateTableOp):
                operation.info = {}
                operation.kw.pop("info", None)


def _render_item(kind: str, item: Any, autogen: Any) -> Any:
    """Bezant's own column types by the names of the SDK."""
    if kind != "type":
        return False
    name = type(item).__name__
    if name in ("UTCDateTime", "ExactDecimal"):
        autogen.imports.add("from bezant.sdk import db")
        return f"db.{name}()"
    if name == "JSON":
        autogen.imports.add("from bezant.sdk import db")
        return "db.Json"
    return False
