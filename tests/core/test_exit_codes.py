"""What a command exits with is what the shell sees."""

import click
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from bezant.api import limits
from bezant.cli.main import cli, main
from bezant.errors import ConfigurationError


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_code_of_a_command_reaches_the_shell(code, monkeypatch):
    command = click.Command("ends", callback=lambda: click.get_current_context().exit(code))
    monkeypatch.setitem(cli.commands, "ends", command)
    with pytest.raises(SystemExit) as ended:
        main(["ends"])
    assert ended.value.code == code


@pytest.mark.parametrize("key", ["api.rate_limit", "api.failure_limit", "api.rate_limit_storage"])
def test_a_limit_that_cannot_be_read_is_named(key, monkeypatch):
    good = {"api.rate_limit": "600/minute", "api.failure_limit": "10/minute", "api.rate_limit_storage": "memory://"}
    monkeypatch.setattr(limits, "setting", lambda name: "banana" if name == key else good[name])
    with pytest.raises(ConfigurationError, match=f"^{key}: "):
        limits.install_limits(Flask("limited"))


def test_a_database_that_cannot_be_reached_is_told_in_one_line(monkeypatch, capsys):
    def fail() -> None:
        raise OperationalError("SELECT 1", {}, OSError("connection refused\nIs it running?"))

    monkeypatch.setitem(cli.commands, "ends", click.Command("ends", callback=fail))
    with pytest.raises(SystemExit) as ended:
        main(["ends"])
    assert (ended.value.code, capsys.readouterr().err) == (1, "The database cannot be used: connection refused\n")
