"""Stories that need several areas, sync and paper: set up, load, send, receive, consolidate. No page, no Flask."""
