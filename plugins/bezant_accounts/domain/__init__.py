"""Pure rules of accounts: what a valid currency, zone, locale, country, tax id or number format is, and how numbers are written."""
