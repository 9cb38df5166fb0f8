"""A process that bills and collects the demonstration's year on the database of its environment; tests kill it at any moment.

Says ``ready`` once it has booted. Every step can be repeated, so a killed one is simply started again.
"""

import sys

from bezant.app import create_app
from bezant.auth.context import SYSTEM, acting_as
from bezant.jobs import queue


def main() -> None:
    """Bills and collects month by month; with ``bill`` as argument it only bills."""
    with create_app().app_context(), acting_as(SYSTEM):
        from bezant_demo import services

        print("ready", flush=True)
        queue.release_all()
        for day in services.billing_dates():
            services.bill(day)
            if sys.argv[1:] != ["bill"]:
                services.collect()


main()
