"""Records read and put together for the documents: no page, no write. Lives here: one room per part of a report."""
