"""Long lists as files: made in the background, kept for a day in pieces, for whoever asked for them."""
