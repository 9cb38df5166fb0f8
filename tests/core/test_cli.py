"""The command line before and after there is a database."""

from pathlib import Path

import pytest

from bezant.cli.main import main


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BEZANT_CONFIG", raising=False)
    monkeypatch.setenv("BEZANT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BEZANT_PLUGINS__ENABLED", "")


def test_the_configuration_can_be_looked_at_before_there_are_tables(capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "show"])

    assert "server.port" in capsys.readouterr().out


def test_a_command_that_needs_tables_says_how_they_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["jobs", "list"])

    assert ended.value.code == 2
    assert "bezant db upgrade" in capsys.readouterr().err

    main(["db", "upgrade"])
    main(["jobs", "list"])
