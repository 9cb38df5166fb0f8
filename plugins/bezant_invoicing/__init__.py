"""Invoices and credit notes: everything that issues a document goes through here."""
