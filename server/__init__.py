"""Valise without its window: storage, domain, sync, paper, pages and commands. See the map in README.md."""

__version__ = "0.3.0"
