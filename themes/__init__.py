"""The themes that come with Bezant, one folder each; a package only so that installed files are found by importlib.resources."""
