"""``bezant run``, ``web`` and ``worker``: the processes of a deployment."""

import signal
import threading

import click

from bezant.cli.context import application, in_application

host_option = click.option("--host", help="Address to listen on; default: server.host.")
port_option = click.option("--port", type=int, help="Port to listen on; default: server.port.")


@click.command()
@host_option
@port_option
@in_application
def run(host: str | None, port: int | None) -> None:
    """Serve and do the background work in one process. Sets up an empty embedded database first."""
    from bezant import serving

    serving.serve(application(), host, port, with_worker=True)


@click.command()
@host_option
@port_option
@in_application
def web(host: str | None, port: int | None) -> None:
    """Serve only; `bezant worker` elsewhere does the background work."""
    from bezant import serving

    serving.serve(application(), host, port, with_worker=False)


@click.command()
@in_application
def worker() -> None:
    """Do background work until stopped."""
    from bezant import serving

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    serving.work(application(), stop)
