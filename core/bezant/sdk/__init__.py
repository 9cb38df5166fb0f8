"""All that a plugin imports of the platform. What is not here is internal and may change without notice."""
