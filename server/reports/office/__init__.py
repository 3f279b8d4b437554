"""Manuscripts as files of office programs: Word for the last edits, Excel for every table. May import the rooms of
paper beside it; nothing imports it but services."""
