"""How far each country is on the steps that all take.

Rooms: rules (pure) below models (tables) below queries (read) and commands (the only writes).
"""
