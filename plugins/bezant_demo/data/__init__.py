"""The flights and the carriers' names; public-domain records of the US Bureau of Transportation Statistics."""
