"""How fast Bezant is: ``make bench``. Every part runs in a process of its own on a fresh database and prints ratios beside rates."""
