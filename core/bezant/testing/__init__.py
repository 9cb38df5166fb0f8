"""For tests of Bezant and of plugins: fixtures, fakes, conformance kits. The pytest plugin is ``bezant.testing.plugin``."""
