"""The demonstration's facts as values: the tariff and the flights."""
