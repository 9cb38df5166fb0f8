"""Tax rates by country, region, category and date, chosen for each line of an invoice."""
