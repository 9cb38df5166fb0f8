"""The web interface: the shell that plugins fill with pages, and the documents that are printed."""
