"""What happened and was logged.

Rooms: rules (pure) below models (tables) below queries (read) and commands (the only writes).
"""
