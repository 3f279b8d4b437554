"""Storage: declarative base and column types, sessions and pragmas, search, backup, migrations.

May import base only. Knows no record by name: the domain declares its tables on `Base`.
"""
