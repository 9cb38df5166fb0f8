"""Payments: money that comes in through gateways, and goes back."""
