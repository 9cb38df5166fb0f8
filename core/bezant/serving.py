"""Running the processes: waitress in front, an engine for background work behind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

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
        click.echo(f"Bezant is at http://{host}:{port}/")
        waitress.serve(app, host=host, port=port, threads=config["server.threads"], ident="Bezant", clear_untrusted_proxy_headers=True)


def work(app: Flask, stop: threading.Event) -> None:
    """Does background work until ``stop`` is set."""
    prepare_to_serve()
    if platform().config["jobs.engine"] == "celery":
        from bezant.jobs import celery

        celery.work(app)
        return
    with _background(app, with_worker=True):
        click.echo("working; Ctrl-C stops")
        stop.wait()


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
