"""What headquarters defines for everybody: the programme, its results, calendar and accounts.

Rooms: rules (pure) below models (tables) below queries (read) and commands (the only writes).
"""
