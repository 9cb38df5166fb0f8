"""The reference pages of docs/reference/, written from what a booted application declares: `python tools/docs.py`.

`--check` writes nothing and fails where a page is not what it would write, so that the reference cannot fall behind the code.
"""

import argparse
import inspect
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import click
from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- written by tools/docs.py; change the sources and run `python tools/docs.py` -->"


def main() -> int:
    """Writes the pages, or compares them; 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    app = _application()
    with app.app_context():
        pages = {REFERENCE / name: text for name, text in _pages(app)}
    stale = [page for page, text in pages.items() if not page.is_file() or page.read_text(encoding="utf-8") != text]
    for page in stale:
        print(f"{page.relative_to(ROOT)}: {'is not what the sources say; run `python tools/docs.py`' if check else 'written'}")
        if not check:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(pages[page], encoding="utf-8")
    return int(check and bool(stale))


def _application() -> Flask:
    """An application of the bundled plugins that nothing of this machine configures."""
    for name in [name for name in os.environ if name.startswith("BEZANT_")]:
        del os.environ[name]
    os.environ["BEZANT_DATA_DIR"] = tempfile.mkdtemp(prefix="bezant-docs-")
    os.chdir(os.environ["BEZANT_DATA_DIR"])
    from bezant.app import create_app
    from bezant.plugins.order import State

    app = create_app({"plugins.enabled": ["bundled"]})
    sick = [f"{i.name}: {i.reason}" for i in app.extensions["bezant"].plugins.infos() if i.state is not State.ACTIVE]
    if sick:
        raise SystemExit(f"the reference needs every bundled plugin: {'; '.join(sick)}")
    return app


def _pages(app: Flask) -> Iterator[tuple[str, str]]:
    parts = {
        "configuration.md": _configuration(),
        "hooks.md": _hooks(),
        "permissions.md": _permissions(),
        "events.md": _events(),
        "cli.md": _commands(app),
        "plugins.md": _plugins(),
    }
    for name, lines in parts.items():
        yield name, "\n".join([NOTE, "", *lines]).rstrip() + "\n"


def _configuration() -> Iterator[str]:
    from bezant.platform import platform

    yield from (
        "# Configuration",
        "",
        "Every key is declared once, by the platform or by a plugin, and unknown keys are refused. Layers, each above the one before:",
        "defaults, `config/bezant.toml`, the file that `BEZANT_CONFIG` names, `BEZANT_<SECTION>__<KEY>` in the environment, and, for",
        "keys that are *editable*, the database. A text `file:/run/secrets/x` stands for what the file holds; secrets are never shown.",
        "`bezant config show` lists what holds here, `bezant config explain KEY` says why, `bezant config check` fails where something",
        "is wrong. `BEZANT_DATA_DIR` (default `./var`) is where the embedded database and files are kept.",
    )
    declared = sorted(platform().config.declared.values(), key=lambda s: s.key.partition(".")[0])
    for section, settings in groupby(declared, key=lambda s: s.key.partition(".")[0]):
        rows = ((f"`{s.key}`", _KINDS[s.kind], _default(s.default), _meaning(s.help, s.choices, s.editable, s.secret)) for s in settings)
        yield from ("", f"## {section}", "", *_table(("key", "type", "default", "meaning"), rows))


_KINDS = {str: "text", int: "whole number", bool: "true or false", timedelta: "seconds", list: "list of texts"}


def _default(value: object) -> str:
    if isinstance(value, timedelta):
        value = int(value.total_seconds())
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return f"`{value}`" if value not in ("", None) else ""


def _meaning(text: str, choices: Sequence[object], editable: bool, secret: bool) -> str:
    notes = [f"One of {', '.join(f'`{c}`' for c in choices)}."] if choices else []
    notes += ["*Editable.*"] if editable else []
    notes += ["*Secret.*"] if secret else []
    return " ".join([text, *notes])


def _hooks() -> Iterator[str]:
    from bezant.platform import platform

    yield from (
        "# Hooks",
        "",
        "What plugins can implement, each in its `hooks.py` with `@hookimpl`. The platform's hooks stand in `bezant.hookspecs`, a",
        "plugin's in its `contracts`. Values in and out are frozen; what takes a sequence is called once for a whole page. `None`",
        "contributes nothing; answers come in plugin order. *On error* says what an exception means: `omit` leaves the piece out and",
        "logs it, `raise` stops the operation and names the plugin. `bezant hooks list` shows who implements what here.",
    )
    for module, found in groupby(platform().plugins.hooks(), key=lambda hook: hook.module):
        yield from ("", f"## {module}")
        for hook in found:
            spec = getattr(sys.modules[module], hook.name)
            yield from ("", f"### {hook.name}", "", "```python", _signature(spec), "```", "", _text(spec), "")
            yield f"On error: `{hook.on_error}`. Implemented by {', '.join(hook.implementers) or 'no bundled plugin'}."


def _signature(spec: object) -> str:
    source = inspect.getsource(spec).partition('"""')[0]  # type: ignore[arg-type]
    return re.sub(r"^@.*\n", "", source).rstrip().removesuffix(":")


def _permissions() -> Iterator[str]:
    from bezant.auth.permissions import all_permissions

    yield from (
        "# Permissions",
        "",
        "Declared by plugins in `plugin.toml`, checked by services at the outermost call, whoever calls: page, API, command line. The",
        "roles are built in and hold what is named here; an administrator has all; roles of your own hold what you choose.",
    )
    for owner, found in groupby(all_permissions().values(), key=lambda p: p.name.partition(".")[0]):
        rows = ((f"`{p.name}`", p.title, ", ".join(p.roles)) for p in found)
        yield from ("", f"## {owner}", "", *_table(("permission", "allows to", "roles"), rows))


def _events() -> Iterator[str]:
    from bezant.events import DomainEvent
    from bezant.platform import platform

    kinds = sorted((k for k in DomainEvent.__subclasses__() if getattr(sys.modules[k.__module__], k.__name__) is k), key=lambda k: k.type)
    heard = {t: [h.name for h in platform().handlers.values() if t in h.types] for t in kinds}
    yield from (
        "# Domain events",
        "",
        "Written with the data they tell of and delivered after the commit, at least once, up to 500 at a time. They carry ids and no",
        "personal data; changes are additive. A handler that fails is retried; what fails for good waits as a dead letter",
        "(`bezant events dead-letters`) and holds up only its own aggregate.",
    )
    for plugin, found in groupby(kinds, key=lambda k: k.type.partition(".")[0]):
        rows = ((f"`{k.type}`", _text(k).partition("\n")[0], _fields(k), ", ".join(f"`{h}`" for h in heard[k])) for k in found)
        yield from ("", f"## {plugin}", "", *_table(("type", "told when", "fields", "heard by"), rows))


def _fields(kind: type) -> str:
    names = inspect.get_annotations(kind)
    return ", ".join(f"`{name}`" for name in ["aggregate_id", *names] if name not in ("type", "version"))


def _commands(app: Flask) -> Iterator[str]:
    from bezant.cli.main import cli

    yield from (
        "# Command line",
        "",
        "`bezant` acts as the system: whoever may run it on the server may do everything. Commands that read take `--json`. Exit codes:",
        "0 done, 1 could not be done, 2 called or configured wrongly.",
    )
    root = click.Context(cli, info_name="bezant", obj=app)
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        if command is not None:
            yield from ("", f"## bezant {name}", "", _help(command.help))
            yield from _leaf(command, root, name) if not isinstance(command, click.Group) else _group(command, root, name)


def _group(group: click.Group, parent: click.Context, name: str) -> Iterator[str]:
    context = click.Context(group, parent=parent, info_name=name)
    for child in group.list_commands(context):
        command = group.get_command(context, child)
        if command is not None:
            yield from ("", f"### bezant {name} {child}", "", _help(command.help))
            yield from _leaf(command, context, child)


def _leaf(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=name, terminal_width=100, max_content_width=100)
    usage = command.get_usage(context).removeprefix("Usage: ")
    rows = [record for p in command.params if (record := p.get_help_record(context)) and record[1]]
    yield from ("", "```", " ".join(usage.split()), "```")
    if rows:
        yield from ("", *_table(("option", "meaning"), ((f"`{option}`", meaning) for option, meaning in rows)))


def _plugins() -> Iterator[str]:
    from bezant.platform import platform

    yield from ("# Plugins", "", "What ships with Bezant, in the order in which it loads. Each has a README in its folder.", "")
    found = platform().plugins.active()
    rows = ((f"`{m.name}`", m.summary, ", ".join(f"`{r}`" for r in m.requires)) for m in found)
    yield from _table(("plugin", "what it does", "requires"), rows)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield "|" + "---|" * len(headings)
    for row in rows:
        yield f"| {' | '.join(' '.join(cell.split()).translate(_ESCAPES) for cell in row)} |"


_ESCAPES: Mapping[int, str] = {ord("|"): "\\|", ord("<"): "&lt;"}


def _text(thing: object) -> str:
    return (inspect.getdoc(thing) or "").replace("``", "`")


def _help(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("\b\n", "")


if __name__ == "__main__":
    raise SystemExit(main())
