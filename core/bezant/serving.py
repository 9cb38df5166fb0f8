"""Running the processes: waitress in front, an engine for background work behind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from bezant.auth.people import has_any_user
from bezant.auth.sign_in import SETUP, make_code
from bezant.installation import is_embedded, prepare_to_serve
from bezant.jobs import engine
from bezant.platform import platform


def serve(app: Flask, host: str | None, port: int | None, *, with_worker: bool) -> None:
    """Answers requests until stopped. Raises ``ConfigurationError`` where the database is not ready."""
    import waitress

    prepare_to_serve()
    config = platform().config
    host, port = host or config["server.host"], port or config["server.port"]
    with _background(app, with_worker=with_worker):
        click.echo(f"Bezant is at {public_url(host, port)}/")
        _offer_setup(public_url(host, port))
        waitress.serve(app, host=host, port=port, threads=config["server.threads"], ident="Bezant", clear_untrusted_proxy_headers=True)


def work(app: Flask, stop: threading.Event) -> None:
    """Does background work until ``stop`` is set."""
    prepare_to_serve()
    if platform().config["jobs.engine"] == "celery":
        from bezant.jobs import celery

        celery.work_until_stopped(app, platform().config["jobs.threads"])
        return
    with _background(app, with_worker=True):
        click.echo("working; Ctrl-C stops")
        stop.wait()


def public_url(host: str = "", port: int = 0) -> str:
    """Under which address people reach this server, without a slash at the end."""
    config = platform().config
    return str(config["server.public_url"]).rstrip("/") or f"http://{host or config['server.host']}:{port or config['server.port']}"


def _offer_setup(address: str) -> None:
    """On an installation without users: prints the address at which the first administrator is made, once."""
    if not has_any_user():
        click.echo(f"Nobody can sign in yet. Make the first administrator here, within an hour: {address}/setup/{make_code(SETUP)}")


@contextmanager
def _background(app: Flask, *, with_worker: bool) -> Iterator[None]:
    config = platform().config
    kind = config["jobs.engine"]
    if kind == "celery":
        from bezant.jobs import celery

        engine.use(celery.Publisher(app))
        yield
    elif kind == "threads" and with_worker:
        from bezant.jobs.threads import ThreadEngine

        threads = ThreadEngine(app, config["jobs.threads"])
        threads.start(alone=is_embedded())
        try:
            yield
        finally:
            threads.stop()
    else:
        yield
