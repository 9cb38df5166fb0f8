"""``python -m bezant``."""

from bezant.cli import main

main()
