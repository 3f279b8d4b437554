"""Where a line may end: Unicode's line breaking algorithm, UAX #14, and what book printers ask for beyond it.

`unicode_breaks` is the algorithm as Unicode's own test file wants it (with the numbers of its section 8.2, example 7).
`breaks` is what pages use: the algorithm, less the places that `_HOUSE` and Unicode 15.1's rules of quotation marks
(LB15a, LB15b) and of leading hyphens (Unicode 16's LB20a) forbid. Nothing is added to the algorithm's places.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from server.reports.text.breakclasses import RANGES

#: one letter for each class, so that rules can be regular expressions over a text's classes
_LETTERS = {
    "AL": "a", "HL": "h", "NU": "n", "QU": "q", "QI": "i", "QF": "f", "GL": "g", "WJ": "w", "SP": " ", "ZW": "z",
    "ZWJ": "j", "CM": "m", "BK": "k", "CR": "r", "LF": "l", "NL": "e", "BA": "b", "HY": "y", "BB": "B", "B2": "d",
    "CB": "c", "CL": "}", "OP": "(", "OW": "{", "CP": ")", "CW": "]", "EX": "!", "IS": ",", "SY": "/", "NS": ":",
    "IN": ".", "ID": "I", "EB": "E", "EM": "M", "XP": "X", "PO": "%", "PR": "$", "RI": "R", "JL": "L", "JV": "V",
    "JT": "T", "H2": "2", "H3": "3", "HH": "H",
}  # fmt: skip
_told = RANGES.split()
_STARTS = [int(start, 16) for start in _told[::2]]
_NAMES = [_LETTERS[name] for name in _told[1::2]]


class _Classes(dict[int, str]):
    """For `str.translate`: the class of each character, looked up when it is first met."""

    def __missing__(self, code: int) -> str:
        name = _NAMES[bisect_right(_STARTS, code) - 1]
        if name == "H":
            name = "3" if (code - 0xAC00) % 28 else "2"
        self[code] = name
        return name


_CLASSES = _Classes()

#: Between these nothing ever breaks, most of a text: the rules are asked about the other places only.
_PLACES = re.compile(r"(?<=[^ahnqifgw(B])|(?<=[ahnqifgw(B])(?=[^ahnqifgw)}\]!,/by:.%$(])")
#: A blank between two words breaks whatever else there is: the quick answer at most places.
_WORDS = frozenset(("a a", ", a", ") a", "! a"))
_MARKS = re.compile(r"(?<=[^ krlez])[mj]+")

#: Breaks at blanks that a rule forbids, by the classes before the blanks and behind them: LB14 to LB17.
_OVER_BLANKS = re.compile(r"[({].|[qif][({]|[)\]}]:|dd")
#: Pairs that stay together: LB11 to LB13, LB19 and LB21 to LB30, without those that look farther.
_PAIR = re.compile(
    r"w.|.w|g.|[^by ]g|.[!)}\],/]|[({].|[qif].|.[qif]|.[by:]|B.|/h|.\.|[ah][n$%(]|n[ahn$%(]|\$[IEM]|[IEM]%|[$%][ah]"
    r"|L[LV23]|[V2][VT]|[3T]T|[LVT23]%|\$[LVT23]|[ah][ah]|,[ah]|\)[ahn]|[EX]M|[$%(y]n",
    re.DOTALL,
)


#: What a text may not have to be broken at its single blanks and nowhere else: other signs than the most common ones,
#: and pairs that stay together over a blank or part without one. It may find too much, never too little.
_ODD = re.compile(
    "[^ A-Za-z0-9.,;:!?'\"()%&=*@_\u00a0\u00a7\u00ab\u00bb\u00c0-\u024f\u0370-\u037d\u0386-\u0482\u048a-\u052f"
    "\u0964\u0980-\u09f1\u1e00-\u1eff\u2018-\u201e\u202f]"
    "|^ | $| [ !?:;\u00bb)%.,\u0964\u2019\u201d]|[\u00ab(\u2018\u201b\u201c\u201f\u201a\u201e] "
    "|['\"\u2019\u201d\u00bb] [(\u201a\u201e]"
    "|[.,;:!?)%'\"\u2019\u201d\u00bb](?=[(\u201a\u201e%])|[!?](?![ !?:;.,)'\"\u00bb\u2019\u201d]|$)|\u0964(?! |$)"
    "|[^\u0980-\u09f1](?=[\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3])"
    "|[A-Z\u00a7] (?=\\d)|\\d [kmchMGK]| [IVX]{2}"
)


def plain_blanks(text: str) -> bool:
    """Whether a text breaks at each of its blanks, all of them single, and nowhere else: a quick look, true of most."""
    return _ODD.search(text) is None


def unicode_breaks(text: str) -> list[int]:
    """Indexes at which UAX #14 lets (or makes) a new line begin, ascending; neither the start nor the end."""
    return list(_allowed(text, house=False))


def breaks(text: str) -> list[int]:
    """Indexes at which a new line may begin, ascending; neither the start nor the end."""
    return list(_allowed(text, house=True))


def _allowed(text: str, *, house: bool) -> Iterator[int]:
    """Every index at which a line may begin; `house` leaves out those that we do not want."""
    raw = text.translate(_CLASSES)
    classes, origin = raw, None
    if "m" in raw or "j" in raw:  # LB9: marks go with their base
        origin, classes = _without_marks(raw)
    for match in _PLACES.finditer(classes):
        place = match.start()
        if not 0 < place < len(classes):
            continue
        at = origin[place] if origin else place
        if classes[place - 2 : place + 1] in _WORDS:
            if not (house and text[at] in "IVX" and _HOUSE.match(text, at)):
                yield at
        elif not (origin and raw[at - 1] == "j") and _may_break(classes, place):  # LB8a
            held = house and (_HOUSE.match(text, at) or _held_by_quotes(classes, place))
            if not held:
                yield at


def _without_marks(raw: str) -> tuple[list[int], str]:
    """Where each class that is left stood, and the classes; a mark on nothing counts as a letter (LB10)."""
    origin: list[int] = []
    last = 0
    for match in _MARKS.finditer(raw):
        start = match.start()
        if start < last:
            continue
        origin += range(last, start)
        last = match.end()
    origin += range(last, len(raw))
    kept = "".join([raw[n] for n in origin]).replace("m", "a").replace("j", "a")
    return origin, kept


def _may_break(classes: str, place: int) -> bool:
    """Rules LB4 to LB31 for the place before `classes[place]`."""
    before, behind = classes[place - 1], classes[place]
    if before in "krle":
        return (before, behind) != ("r", "l")
    if behind in "krle z":
        return False
    if before in " z":
        start = place - 1
        while start and classes[start] == " ":
            start -= 1
        if classes[start] == "z":
            return True
        if behind in "w)}]!,/":
            return False
        return classes[start] == " " or not _OVER_BLANKS.fullmatch(classes[start] + behind)
    if before == "c" or behind == "c":
        return not (_PAIR.match(before + behind) and (before in "wgqif({" or behind in "wgqif!)}],/"))
    return not (_PAIR.match(before + behind) or _held_from_afar(classes, place))


def _held_from_afar(classes: str, place: int) -> bool:
    """Rules that look at more than two classes: B2 pairs, Hebrew hyphens, numbers, flags."""
    before, behind = classes[place - 1], classes[place]
    if before == "d" and behind == "d":
        return True
    if before in "yb" and place > 1 and classes[place - 2] == "h":
        return True
    if before in "$%" and behind in "(y":
        return classes[place + 1 : place + 2] == "n"
    if before == "R" == behind:
        flags = place - len(classes[:place].rstrip("R"))
        return flags % 2 == 1
    if behind in "n/,)}%$":
        return _ends_a_number(classes, place, behind)
    return False


def _ends_a_number(classes: str, place: int, behind: str) -> bool:
    """Whether the place is inside a number, or between a number and the sign that belongs to it (LB25)."""
    at = place - 1
    if behind in "%$" and classes[at] in ")}":
        at -= 1
    while at >= 0 and classes[at] in "/,":
        at -= 1
    return at >= 0 and classes[at] == "n"


#: Where lines of a book do not end, although Unicode would let them.
_HOUSE = re.compile(
    r"""
      (?<=[\w)\]%»”’]\ )(?=[\u2013\u2014](?:\s|$))  # a dash between blanks stays with what it follows
    | (?<=\S)(?=\u2014)                            # and one without blanks too
    | (?<=\d\ )(?=[%‰\u066a°]|(?:km|kg|ha|m|cm|MW|kW|GB|MB)[²³]?\b)  # a number with its unit
    | (?<=\b[A-Z][A-Z][A-Z]\ )(?=\d)               # a currency with its amount
    | (?<=[§№$€£¥]\ )(?=\d)
    | (?<=\w\ )(?=[IVX]{2,4}\b)                     # a Roman number with its noun: Phase II
    | (?<=[.,:;])(?=\d)                            # a number of a section or page: p.5
    | (?<=\ )(?=[\u2026\u0964\u0965])              # an ellipsis or a danda begins no line
    | (?<=\u00ad)                                  # a soft hyphen would have to be shown: lines are not hyphenated
    """,
    re.VERBOSE,
)
_OPENING = re.compile(r"(?:^|[krle({qifg z])i *$")
_CLOSING = re.compile(r"f(?:[ gw}qif)\]!,/krlez]|$)")
_LEADING_HYPHEN = re.compile(r"(?:^|[krle zcg])y+$")


def _held_by_quotes(classes: str, place: int) -> bool:
    """LB15a and LB15b: an opening quotation mark takes the blanks behind it, a closing one those before it; LB20a."""
    behind = classes[place]
    if behind == "f" and _CLOSING.match(classes, place):
        return True
    before = classes[max(place - 40, 0) : place]
    if behind in "ah" and _LEADING_HYPHEN.search(before):
        return True
    return before.rstrip(" ").endswith("i") and _OPENING.search(before) is not None
