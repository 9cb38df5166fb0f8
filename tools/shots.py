"""Pictures of the pages that the navigation leads to and of the first record of each list, light and dark, wide and on a phone.

They go to docs/shots/<page>-<theme>-<width>.png; a page that scrolls sideways is named as one that does.

`make shots` shows the data of BEZANT_DATA_DIR (run `make demo ARGS=--no-serve` first) in Debian's Chromium; ARGS=--only=invoices narrows.
"""

import argparse
import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BEZANT = str(ROOT / ".venv/bin/bezant")
PHOTOGRAPHER = "shots@example.com"
THEMES = ("light", "dark")
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
START_SECONDS = 60


def main() -> int:
    """Takes the pictures; 1 with the reason on stderr when there is no browser."""
    options = _options()
    browser_program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser_program is None:
        print("shots: no Chromium found; on Debian: sudo apt-get install chromium", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
        for theme, width in itertools.product(THEMES, SIZES):
            take(browser, address, theme, width, options)
        browser.close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/shots")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    return parser.parse_args()


@contextmanager
def serving() -> Iterator[str]:
    """`bezant run` on a free port, stopped at the end; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([BEZANT, "run", "--port", str(port)], cwd=ROOT, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/login", server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("shots: the server did not start; `bezant run` says why")


def take(browser: Browser, address: str, theme: str, width: str, options: argparse.Namespace) -> None:
    """Signs in and photographs every page in one theme and width."""
    context = browser.new_context(
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": SIZES[width][0], "height": SIZES[width][1]},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/login")
    shoot(page, options.out / f"login-{theme}-{width}.png", options.only)
    page.goto(address + sign_in_path())
    page.locator("main form button, form[method=post] button").first.click()
    page.wait_for_selector("nav.side a.it", state="attached")
    for path in pages(page, address):
        page.goto(address + path)
        shoot(page, options.out / f"{page_name(path)}-{theme}-{width}.png", options.only)
    context.close()


def sign_in_path() -> str:
    """A one-time way in for a user made for the pictures."""
    known = subprocess.run([BEZANT, "user", "link", PHOTOGRAPHER], cwd=ROOT, capture_output=True, text=True, check=False)
    if known.returncode:
        command = [BEZANT, "user", "create", "--email", PHOTOGRAPHER, "--name", "Photographer", "--link"]
        known = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ))
    return re.sub(r"^https?://[^/]+", "", known.stdout.split()[-1])


def pages(page: Page, address: str) -> list[str]:
    """Paths of all navigation entries, each list followed by the first record that it leads to."""
    found: list[str] = []
    for path in _links(page, "nav.side a.it"):
        page.goto(address + path)
        found += [path, *_links(page, "table.tb tbody a")[:1]]
    return list(dict.fromkeys(found))


def _links(page: Page, selector: str) -> list[str]:
    links = (element.get_attribute("href") or "" for element in page.locator(selector).all())
    return [link for link in links if link.startswith("/")]


def page_name(path: str) -> str:
    """`/invoices/0190…` → `invoices-record`: ids would give a file another name in every run."""
    parts = ["record" if re.fullmatch(r"[0-9a-f-]{32,36}|\d+", part) else part for part in path.split("?")[0].strip("/").split("/")]
    return "-".join(filter(None, parts)) or "home"


def shoot(page: Page, file: Path, only: str) -> None:
    """Saves the visible part of the page, when its name is wanted."""
    if only in file.stem:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=file)
        sideways = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        print(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file, "scrolls sideways" if sideways else "")


if __name__ == "__main__":
    raise SystemExit(main())
