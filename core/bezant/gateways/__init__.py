"""Gateways: what a vendor implements, in plain values, and the only way to reach the network from one."""
