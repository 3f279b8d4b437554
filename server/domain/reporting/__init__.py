"""Reports, their sections and their life cycle.

Rooms: rules (pure) below models (tables) below queries (read) and commands (the only writes).
"""
