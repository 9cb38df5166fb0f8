"""Legal entities, accounts, contacts, addresses, holds and gapless numbers."""
