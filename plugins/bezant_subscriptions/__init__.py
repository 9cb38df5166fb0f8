"""Subscriptions: timelines of dated facts, and the billing run that reconciles what is due with what is billed."""
