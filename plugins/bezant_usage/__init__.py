"""Usage: events come in once, are never edited, and are measured by the database for whatever window is to be billed."""
