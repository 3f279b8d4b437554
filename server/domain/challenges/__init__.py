"""What went wrong, what may go wrong, and what was learnt.

Rooms: rules (pure) below models (tables) below queries (read) and commands (the only writes).
"""
