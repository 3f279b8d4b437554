"""Start, window and dialogs: mostly real processes."""
