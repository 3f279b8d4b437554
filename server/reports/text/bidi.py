"""The order of mixed-direction text: embedding levels and line reordering of Unicode's UAX #9.

Whole algorithm without recursion, so that a line of a thousand dots costs a thousand steps. Character classes come from
Python's `unicodedata`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

T = TypeVar("T")

#: Deepest explicit level (UAX #9, BD2).
_MAX_DEPTH = 125

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_ISOLATES = frozenset(("LRI", "RLI", "FSI"))
_REMOVED = frozenset(("RLE", "LRE", "RLO", "LRO", "PDF", "BN"))
_NEUTRAL = frozenset(("B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"))


def needs_levels(text: str) -> bool:
    """Whether a left-to-right paragraph with this text has anything to reorder."""
    return _RIGHT_TO_LEFT.search(text) is not None


def levels(text: str, right_to_left: bool) -> list[int]:
    """The embedding level of every character of one paragraph. Levels are odd where text runs right to left.

    Characters that rule X9 removes take the level of the character before them.
    """
    base = int(right_to_left)
    classes = [unicodedata.bidirectional(c) or "L" for c in text]
    explicit, resolved = _explicit(text, classes, base)
    for sequence in _sequences(classes, explicit, base):
        _weak(sequence, resolved)
        _brackets(text, sequence, resolved)
        _neutral(sequence, resolved)
    out = [_implicit(level, kind) for level, kind in zip(explicit, resolved, strict=True)]
    _reset_blanks(classes, out, base)
    before = base
    for i, kind in enumerate(classes):
        if kind in _REMOVED:
            out[i] = before
        before = out[i]
    return out


def reorder(items: Sequence[T], level: Callable[[T], int]) -> list[T]:
    """The items of one line in visual order, left to right (rule L2)."""
    ordered = list(items)
    found = [level(item) for item in ordered]
    odd = [n for n in found if n % 2]
    if not odd:
        return ordered
    for height in range(max(found), min(odd) - 1, -1):
        start = 0
        while start < len(ordered):
            if found[start] < height:
                start += 1
                continue
            end = start
            while end < len(ordered) and found[end] >= height:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            found[start:end] = found[start:end][::-1]
            start = end
    return ordered


@dataclass(slots=True)
class _Sequence:
    """An isolating run sequence (BD13): indexes into the text, its level and the directions at its edges."""

    indexes: list[int]
    level: int
    sos: str
    eos: str

    @property
    def direction(self) -> str:
        return "R" if self.level % 2 else "L"


@dataclass(slots=True, frozen=True)
class _Status:
    level: int
    override: str
    isolate: bool


def _matching_pdi(classes: Sequence[str], start: int) -> int:
    """Index of the PDI that closes the isolate opened at `start`, or the text's end (BD9)."""
    depth = 0
    for i in range(start, len(classes)):
        if classes[i] in _ISOLATES:
            depth += 1
        elif classes[i] == "PDI":
            depth -= 1
            if depth == 0:
                return i
    return len(classes)


def _first_strong(classes: Sequence[str]) -> int:
    """Level that rules P2 and P3 give to this text, isolates skipped."""
    i = 0
    while i < len(classes):
        if classes[i] in _ISOLATES:
            i = _matching_pdi(classes, i)
        elif classes[i] in ("R", "AL"):
            return 1
        elif classes[i] == "L":
            return 0
        i += 1
    return 0


def _explicit(text: str, classes: Sequence[str], base: int) -> tuple[list[int], list[str]]:  # noqa: PLR0912 - one rule a branch
    """Rules X1 to X8: levels, and the classes after overrides."""
    stack = [_Status(base, "", False)]
    out, kinds = [base] * len(text), list(classes)
    lost_isolates = lost_embeddings = open_isolates = 0
    for i, kind in enumerate(classes):
        top = stack[-1]
        if kind in _ISOLATES or kind in ("RLE", "LRE", "RLO", "LRO"):
            isolate = kind in _ISOLATES
            out[i] = top.level
            if isolate and top.override:
                kinds[i] = top.override
            rtl = kind[0] == "R" or (kind == "FSI" and _first_strong(classes[i + 1 : _matching_pdi(classes, i)]) == 1)
            level = (top.level + 1) | 1 if rtl else (top.level + 2) & ~1
            if level <= _MAX_DEPTH and not lost_isolates and not lost_embeddings:
                open_isolates += isolate
                stack.append(_Status(level, kind[0] if kind in ("RLO", "LRO") else "", isolate))
            elif isolate:
                lost_isolates += 1
            elif not lost_isolates:
                lost_embeddings += 1
        elif kind == "PDI":
            if lost_isolates:
                lost_isolates -= 1
            elif open_isolates:
                lost_embeddings = 0
                while not stack[-1].isolate:
                    stack.pop()
                stack.pop()
                open_isolates -= 1
            out[i] = stack[-1].level
            kinds[i] = stack[-1].override or kind
        elif kind == "PDF":
            out[i] = top.level
            if lost_isolates:
                continue
            if lost_embeddings:
                lost_embeddings -= 1
            elif not top.isolate and len(stack) > 1:
                stack.pop()
        elif kind == "B":
            out[i] = base
        else:
            out[i] = top.level
            if kind != "BN" and top.override:
                kinds[i] = top.override
    return out, kinds


def _sequences(classes: Sequence[str], explicit: Sequence[int], base: int) -> list[_Sequence]:
    """Rule X10: level runs, joined over isolates, with the directions at their ends."""
    kept = [i for i, kind in enumerate(classes) if kind not in _REMOVED]
    runs: list[list[int]] = []
    for i in kept:
        if runs and explicit[runs[-1][-1]] == explicit[i]:
            runs[-1].append(i)
        else:
            runs.append([i])
    closes = {_matching_pdi(classes, run[-1]): n for n, run in enumerate(runs) if classes[run[-1]] in _ISOLATES}
    opener = {run[0]: closes[run[0]] for run in runs if classes[run[0]] == "PDI" and run[0] in closes}
    joined: dict[int, list[int]] = {}
    home: dict[int, int] = {}
    for n, run in enumerate(runs):
        start = opener.get(run[0])
        home[n] = n if start is None else home[start]
        joined.setdefault(home[n], []).extend(run)
    place = {index: n for n, index in enumerate(kept)}
    out = []
    for indexes in joined.values():
        level = explicit[indexes[0]]
        first, last = place[indexes[0]], place[indexes[-1]]
        before = explicit[kept[first - 1]] if first else base
        unmatched = classes[indexes[-1]] in _ISOLATES
        after = base if unmatched or last + 1 == len(kept) else explicit[kept[last + 1]]
        out.append(_Sequence(indexes, level, _direction(max(level, before)), _direction(max(level, after))))
    return out


def _direction(level: int) -> str:
    return "R" if level % 2 else "L"


def _weak(sequence: _Sequence, kinds: list[str]) -> None:
    """Rules W1 to W7."""
    where = sequence.indexes
    before, strong = sequence.sos, sequence.sos
    for i in where:  # W1 to W3
        kind = kinds[i]
        if kind == "NSM":
            kind = "ON" if before in _ISOLATES or before == "PDI" else before
        before = kind
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kind = "AN"
        kinds[i] = kind
    for i in where:
        if kinds[i] == "AL":
            kinds[i] = "R"
    for a, i, b in zip(where, where[1:], where[2:], strict=False):  # W4
        if kinds[i] == "ES" and kinds[a] == kinds[b] == "EN":
            kinds[i] = "EN"
        elif kinds[i] == "CS" and kinds[a] == kinds[b] and kinds[a] in ("EN", "AN"):
            kinds[i] = kinds[a]
    _terminators(where, kinds)
    strong = sequence.sos
    for i in where:  # W7
        if kinds[i] in ("L", "R"):
            strong = kinds[i]
        elif kinds[i] == "EN" and strong == "L":
            kinds[i] = "L"


def _terminators(where: Sequence[int], kinds: list[str]) -> None:
    """Rules W5 and W6: signs like % and $ go with the digits beside them; other separators are neutral."""
    n = 0
    while n < len(where):
        if kinds[where[n]] != "ET":
            n += 1
            continue
        end = n
        while end < len(where) and kinds[where[end]] == "ET":
            end += 1
        beside = (n > 0 and kinds[where[n - 1]] == "EN") or (end < len(where) and kinds[where[end]] == "EN")
        for i in where[n:end]:
            kinds[i] = "EN" if beside else "ON"
        n = end
    for i in where:
        if kinds[i] in ("ES", "CS"):
            kinds[i] = "ON"


#: The two brackets whose partner is not their neighbour in Unicode's order.
_CROSSED = {"\u298d": "\u2990", "\u298f": "\u298e"}


@cache
def _bracket(character: str) -> str:
    """For an opening bracket the closing one that matches it, for a closing one itself, else nothing (BD14 to BD16)."""
    if not unicodedata.mirrored(character):
        return ""
    character = unicodedata.normalize("NFC", character)
    category = unicodedata.category(character)
    if category == "Pe":
        return character
    if category != "Ps":
        return ""
    if character in _CROSSED:
        return _CROSSED[character]
    for step in (1, 2):  # a bracket's partner follows it, for ASCII's [ and { with one letter between
        partner = chr(ord(character) + step)
        if unicodedata.category(partner) == "Pe" and unicodedata.mirrored(partner):
            return partner
    return ""


def _pairs(text: str, where: Sequence[int], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Bracket pairs as positions in the sequence, by opening place; none when more than 63 are open (BD16)."""
    waiting: list[tuple[str, int]] = []
    found = []
    for n, i in enumerate(where):
        closing = _bracket(text[i]) if kinds[i] == "ON" else ""
        if not closing:
            continue
        if unicodedata.category(text[i]) == "Ps":
            if len(waiting) == 63:
                return []
            waiting.append((closing, n))
            continue
        for depth in range(len(waiting) - 1, -1, -1):
            if waiting[depth][0] == closing:
                found.append((waiting[depth][1], n))
                del waiting[depth:]
                break
    return sorted(found)


def _brackets(text: str, sequence: _Sequence, kinds: list[str]) -> None:
    """Rule N0: both brackets of a pair take one direction."""
    where = sequence.indexes
    original = [unicodedata.bidirectional(text[i]) for i in where]
    for start, end in _pairs(text, where, kinds):
        inside = {_strong(kinds[i]) for i in where[start + 1 : end]}
        if sequence.direction in inside:
            direction = sequence.direction
        elif inside & {"L", "R"}:
            before = next((s for i in reversed(where[:start]) if (s := _strong(kinds[i]))), sequence.sos)
            direction = before if before != sequence.direction else sequence.direction
        else:
            continue
        for place in (start, end):
            kinds[where[place]] = direction
            follow = place + 1
            while follow < len(where) and original[follow] == "NSM":
                kinds[where[follow]] = direction
                follow += 1


def _strong(kind: str) -> str:
    """Numbers count as right-to-left among neutrals."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind, "")


def _neutral(sequence: _Sequence, kinds: list[str]) -> None:
    """Rules N1 and N2: neutrals between equal directions take it, others the embedding's."""
    where = sequence.indexes
    before, n = sequence.sos, 0
    while n < len(where):
        if kinds[where[n]] not in _NEUTRAL:
            before = _strong(kinds[where[n]])
            n += 1
            continue
        end = n
        while end < len(where) and kinds[where[end]] in _NEUTRAL:
            end += 1
        after = _strong(kinds[where[end]]) if end < len(where) else sequence.eos
        for i in where[n:end]:
            kinds[i] = before if before == after else sequence.direction
        n = end


def _implicit(level: int, kind: str) -> int:
    """Rules I1 and I2."""
    if level % 2:
        return level + (kind in ("L", "EN", "AN"))
    return level + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)


def _reset_blanks(classes: Sequence[str], out: list[int], base: int) -> None:
    """Rule L1: separators, and blanks before them or at the text's end, take the paragraph's level."""
    trailing = True
    for i in range(len(classes) - 1, -1, -1):
        kind = classes[i]
        if kind in ("B", "S"):
            out[i], trailing = base, True
        elif kind == "WS" or kind in _ISOLATES or kind == "PDI" or kind in _REMOVED:
            if trailing:
                out[i] = base
        else:
            trailing = False
