"""What browsers call themselves, in words."""

_PROGRAMS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """Program and system of a ``User-Agent``, as far as it says: "Firefox on Linux"."""
    program = next((name for mark, name in _PROGRAMS if mark in agent), agent.partition("/")[0][:40] or "Unknown program")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{program} on {system}" if system else program
