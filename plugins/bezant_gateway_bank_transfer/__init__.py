"""Bank transfers: references for payers to quote, and transfers that came in."""
