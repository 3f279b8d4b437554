"""The index of words in activities: it finds any part of a word, in any script, however long the log is, and whatever
accents, letter forms or articles the word was written with.

SQLite's FTS5 keeps which three letters follow each other in which activity, and nothing else; a query of `queries`
takes candidates from it, newest first, and looks at their texts itself. The index may lag behind: triggers only note
what changed, so that a save or an import costs nothing more, `catch_up` works the notes off at leisure, and whatever
is still noted is looked through one by one. It is made anew from the records at any time, and never travels. Where
there is no FTS5 there is no index, and every text is looked through.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from server.base.text import fold

#: the columns of an activity that are searched
SEARCHED = ("title", "narrative", "title_local", "narrative_local", "place", "partners")
#: letters that belong together in the index, and how many such groups of a word are asked for: more cost, and sift
#: no better
_LETTERS, _GROUPS = 3, 4
#: activities that `catch_up` takes into the index in one transaction
_BATCH = 1_000

_NOTED = "INSERT OR IGNORE INTO search_note(id) SELECT NEW.id WHERE NEW.id IS NOT NULL;"
_LEFT = "DELETE FROM search_entry WHERE id = OLD.id;"
#: name -> statement. A number is given once and never again, so that an entry that was left leads nowhere. Triggers are
#: plain SQL on plain tables: a program without FTS5 can still write an activity.
_PARTS = {
    "activity_search": (
        "CREATE VIRTUAL TABLE activity_search USING fts5(folded, content='', detail=none, tokenize='trigram')"
    ),
    "search_entry": "CREATE TABLE search_entry (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE)",
    "search_note": "CREATE TABLE search_note (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "search_insert": (
        "CREATE TRIGGER search_insert AFTER INSERT ON activity"
        f" BEGIN {_LEFT.replace('OLD', 'NEW')} {_NOTED} END"
    ),
    "search_update": (
        f"CREATE TRIGGER search_update AFTER UPDATE OF id, date_from, {', '.join(SEARCHED)} ON activity"
        f" BEGIN {_LEFT} {_NOTED} END"
    ),
    "search_delete": f"CREATE TRIGGER search_delete AFTER DELETE ON activity BEGIN {_LEFT} END",
}
_NOTE_ALL = "INSERT OR IGNORE INTO search_note(id) SELECT id FROM activity WHERE id IS NOT NULL"
_PLACE = "(CAST(coalesce(julianday(a.starts), 0) AS INTEGER) << 31) + e.n"
_WORDS = " || ' ' || ".join(f"coalesce(a.{column}, '')" for column in SEARCHED)
_ENTER = (
    f"INSERT INTO activity_search(rowid, folded) SELECT {_PLACE}, fold({_WORDS})"  # noqa: S608 - our own names
    " FROM search_entry e JOIN activity a ON a.id = e.id WHERE e.id = ?"
)

#: the next to be taken in, by their places: whatever comes before the last makes FTS5 write out what it gathered
_NEXT = (
    "SELECT id FROM (SELECT n.id, a.starts FROM search_note n LEFT JOIN activity a ON a.id = n.id LIMIT ?)"
    " ORDER BY CAST(coalesce(julianday(starts), 0) AS INTEGER)"
)

INDEX = sa.table("activity_search", sa.column("rowid"), sa.column("activity_search"))
ENTRY = sa.table("search_entry", sa.column("n"), sa.column("id"))
NOTE = sa.table("search_note", sa.column("id"))
#: where an activity stands in the index: later days come later
PLACE = INDEX.c.rowid


class _InOrder(sa.Join):
    """A join that SQLite carries out in the order in which it is written, whatever it makes of the tables."""

    inherit_cache = True


@compiles(_InOrder)
def _written(join: _InOrder, compiler: Any, **options: Any) -> str:
    left, right, on = (compiler.process(part, **options) for part in (join.left, join.right, join.onclause))
    return f"{left} CROSS JOIN {right} ON {on}"


def known(activity: sa.FromClause) -> sa.FromClause:
    """Activities by way of the index; the query says what to look for, and gives the order by PLACE."""
    entries = _InOrder(INDEX, ENTRY, ENTRY.c.n == PLACE.op("&")((1 << 31) - 1))
    return _InOrder(entries, activity, activity.c.id == ENTRY.c.id)


def noted(activity: sa.FromClause) -> sa.FromClause:
    """Activities that the index does not know as they are now."""
    return _InOrder(NOTE, activity, activity.c.id == NOTE.c.id)


def install(connection: sa.Connection) -> bool:
    """Make the index where it is missing or not as this version makes it, or when most of it is of texts that changed
    since; all activities are noted then. Whether there is an index."""
    if connection.dialect.name != "sqlite":
        return False
    query = "SELECT name, sql, type FROM sqlite_master WHERE name IN (?,?,?,?,?,?)"
    here = {name: (sql, kind) for name, sql, kind in connection.exec_driver_sql(query, tuple(_PARTS))}
    if {name: sql for name, (sql, _kind) in here.items()} == _PARTS and not _outgrown(connection):
        return True
    for name in sorted(here, key=lambda name: here[name][1], reverse=True):  # triggers before their tables
        connection.exec_driver_sql(f"DROP {here[name][1]} {name}")
    try:
        for statement in (*_PARTS.values(), _NOTE_ALL):
            connection.exec_driver_sql(statement)
    except sa.exc.OperationalError:  # a SQLite without FTS5, or one too old for groups of three letters
        return False
    return True


def _outgrown(connection: sa.Connection) -> bool:
    """Whether the entries that were left are far more than those that count."""
    given, counted = connection.exec_driver_sql("SELECT coalesce(max(n), 0), count(*) FROM search_entry").one()
    return bool(given > 3 * counted + 5_000)


def is_there(connection: sa.Connection) -> bool:
    """Whether this database has the index."""
    if connection.dialect.name != "sqlite":
        return False
    query = "SELECT 1 FROM sqlite_master WHERE type='table' AND name='activity_search'"
    return connection.exec_driver_sql(query).first() is not None


def catch_up(engine: sa.Engine, most: int | None = None) -> int:
    """Take activities that were noted into the index, `most` of them or all. How many.

    Each batch is a transaction of its own, so that nobody waits long. Never fails: an index that lags is no trouble.
    """
    done = 0
    try:
        while most is None or done < most:
            wanted = _BATCH if most is None else min(_BATCH, most - done)
            with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
                taken = _take_in(connection, wanted) if is_there(connection) else 0
            done += taken
            if taken < wanted:
                break
    except sa.exc.OperationalError:  # somebody else writes, or the disk is full
        pass
    return done


def _take_in(connection: sa.Connection, most: int) -> int:
    keys = [(row[0],) for row in connection.exec_driver_sql(_NEXT, (most,))]
    if keys:
        for statement in (
            "INSERT OR REPLACE INTO search_entry(id) VALUES (?)",
            _ENTER,
            "DELETE FROM search_note WHERE id = ?",
        ):
            connection.exec_driver_sql(statement, keys)
    return len(keys)


def groups(words: str) -> str | None:
    """What to ask the index for: activities with all letters of all words. None when no word is long enough."""
    asked: list[str] = []
    for word in fold(words.replace("\0", " ")).split():
        every = [word[at : at + _LETTERS] for at in range(len(word) - _LETTERS + 1)]
        step = -(-len(every) // _GROUPS) if every else 1
        asked += every[::step]
    return " AND ".join('"' + group.replace('"', '""') + '"' for group in asked) or None


def indexed(session: Session) -> bool:
    """Whether this session's database has the index."""
    return is_there(session.connection())
