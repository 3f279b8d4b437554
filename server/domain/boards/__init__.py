"""Boards, their meetings and decisions.

Rooms: rules (pure) below models (tables) below queries (read) and commands (the only writes).
"""
