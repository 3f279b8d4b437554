"""What should hold between records, and no import can be refused for: codes of their own, trees without rings.

One list for three readers: the rules that stop a person, the issues told of what arrived, and the suffix that tells two
records of one code apart in lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from server.base.errors import RuleBroken
from server.domain.records import Values, World

#: table -> the fields that together belong to one record only; records without the first are not compared
UNIQUE: Mapping[str, tuple[str, ...]] = {
    "budget_account": ("code",),
    "country": ("code",),
    "indicator": ("code",),
    "indicator_value": ("indicator_id", "period_id", "country_id"),
    "layout_section": ("layout_id", "key"),
    "milestone": ("type_id", "country_id"),
    "office": ("code",),
    "output": ("number",),
    "report": ("office", "period_id", "kind"),
    "report_layout": ("title", "kind"),
    "reporting_period": ("code",),
}
#: table -> the field that names the record it is part of
TREES: Mapping[str, str] = {"planned_activity": "part_of_id"}
#: table -> the field that names the record without which it is shown nowhere
PARTS: Mapping[str, str] = {
    "attendance": "activity_id",
    "board_member": "board_id",
    "indicator_target": "indicator_id",
    "layout_section": "layout_id",
    "meeting_attendance": "meeting_id",
    "report_section": "report_id",
    "review": "report_id",
}


def taken(values: Values, world: World, table: str, sentence: str) -> Iterator[RuleBroken]:
    """`sentence` (already translated) when another record has the same values in the fields of UNIQUE.

    A record that has them already since before, because two were made apart, can still be changed in its other fields:
    nobody is kept from working by what has to be settled.
    """
    fields = UNIQUE[table]
    wanted = {name: values.get(name) for name in fields}
    if wanted[fields[0]] in (None, ""):
        return
    known = world.get(table, values.get("id"))
    if known is not None and all(known[name] == value for name, value in wanted.items()):
        return
    if any(other["id"] != values.get("id") for other in world.find(table, **wanted)):
        yield RuleBroken(sentence, next(name for name in fields if name != "office"))


def suffixes(rows: Iterable[tuple[str, object]]) -> dict[str, str]:
    """What is put behind a code that several records have: nothing for the oldest (ids count up), "·2", "·3" …

    `rows` are (id, code); the answer holds only those that need a suffix, the same wherever the same records are.
    """
    seen: dict[object, int] = {}
    found: dict[str, str] = {}
    for id, code in sorted(rows, key=lambda row: row[0]):
        if code not in (None, ""):
            seen[code] = seen.get(code, 0) + 1
            if seen[code] > 1:
                found[id] = f"·{seen[code]}"
    return found
