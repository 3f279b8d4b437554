"""One record of a file that is loaded, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.base.errors import RuleBroken, ValiseError
from server.db.session import Seen

#: what loading an entry does
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True)
class Entry:
    """One record of a file: its table, id, fields, and where it stands for people to find it.

    Of a workbook that Valise made `values` are the fields that a person changed, `seen` the heads they were exported
    with, `clash` those that changed here as well since; `sheet` and `row` say where it stands, `cells` in which column
    each field does, `name` what people know it by, and `unread` the fields whose cells cannot be read.
    """

    table: str
    id: str
    values: Mapping[str, Any]
    where: str
    seen: Seen | None = None
    clash: tuple[str, ...] = ()
    file: str = ""
    sheet: str = ""
    row: int = 0
    cells: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    unread: frozenset[str] = frozenset()


    def fault(self, error: ValiseError) -> ValiseError:
        """The same error, told with where it stands."""
        if self.cells:
            return CellFault(self.file, self.sheet, self.cells.get(error.field or "", str(self.row)), error.message,
                             error.field)  # fmt: skip
        return type(error)(f"{self.where}: {error.message}", error.field)


@dataclass(frozen=True)
class Done:
    """What loading an entry did: `state` is new, changed or same; `before` are the values that it replaced."""

    entry: Entry
    state: str
    before: Mapping[str, Any]


class CellFault(RuleBroken):
    """What is wrong in one place of a workbook: the sheet, the cell (`C5`, or `5` for a whole row), the sentence."""

    def __init__(self, file: str, sheet: str, cell: str, sentence: str, name: str | None = None) -> None:
        super().__init__(f"{file}: {sheet} {cell}: {sentence}", name)
        self.sheet, self.cell, self.sentence = sheet, cell, sentence
