"""Alembic's entry: one environment serves every branch."""

from alembic import context

from bezant.db.migrations import run_environment

run_environment(context)  # type: ignore[arg-type]
