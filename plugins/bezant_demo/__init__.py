"""The demonstration: a year of real flights, billed to sixteen airlines."""
