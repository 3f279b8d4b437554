"""A second reader of dispatches, written from docs/dispatch-format.md alone; it must never import server."""
