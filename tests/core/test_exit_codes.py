"""What a command exits with is what the shell sees."""

import click
import pytest

from bezant.cli.main import cli, main


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_code_of_a_command_reaches_the_shell(code, monkeypatch):
    command = click.Command("ends", callback=lambda: click.get_current_context().exit(code))
    monkeypatch.setitem(cli.commands, "ends", command)
    with pytest.raises(SystemExit) as ended:
        main(["ends"])
    assert ended.value.code == code
