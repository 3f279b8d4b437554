"""The window: start, single instance, local server, web view, system dialogs.

Lives here: whatever needs the operating system's desktop, and the only import of pywebview. Start reading at
launcher.py. May import everything of `server`; nothing of `server` imports it (the CLI is handed `open_window`).
"""
