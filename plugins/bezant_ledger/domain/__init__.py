"""Pure rules of double entry: what may be posted, what it opens and settles, how it is sealed and how it is proved."""
