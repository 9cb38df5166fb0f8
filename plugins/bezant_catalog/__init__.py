"""The catalog: products, plans with their charges, metrics, and the arithmetic that turns a quantity into an amount."""
