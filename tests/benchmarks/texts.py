"""Activities as offices write them: words that follow each other as in the example programme, in its eight languages.

Copies of the example's own texts would compress to nothing and be found in no time; these have the example's
vocabulary, its spelling and about its entropy, and no two are alike. The same seed gives the same activities.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import server
from server.services.load import record_id

EXAMPLE = Path(server.__file__).parent / "example"
#: (code, language of its own or None) of the example's country offices
OFFICES = (
    ("bd", "bn"), ("ec", "es"), ("jm", None), ("kg", "ru"), ("md", "ro"), ("ma", "ar"), ("rs", "sr"), ("tn", "fr"),
)  # fmt: skip
#: in three of any number of activities; in about a third of them; in none
RARE, FREQUENT, ABSENT = "hydropower", "workshop", "zeppelin"
_PLACES = {
    "bd": "Dhaka", "ec": "Quito", "jm": "Kingston", "kg": "Bishkek", "md": "Chișinău", "ma": "Rabat", "rs": "Niš",
    "tn": "Tunis", "hq": "New York",
}  # fmt: skip


@dataclass(frozen=True)
class Logged:
    """One activity: the code of its office, its id and its fields as their columns keep them."""

    office: str
    id: str
    values: dict[str, Any]


class Chain:
    """Text whose words follow each other as in a sample."""

    def __init__(self, sample: list[str]) -> None:
        counts: dict[str, dict[str, int]] = {}
        self.starts = [text.split()[0] for text in sample if text]
        for text in sample:
            words = text.split()
            for one, other in pairwise(words):
                follow = counts.setdefault(one, {})
                follow[other] = follow.get(other, 0) + 1
        everything = [word for text in sample for word in text.split()]
        #: any word may follow now and then: the sample is small, what people write is not
        self.everything = everything
        self.follow = {word: (list(next_), list(accumulate(next_.values()))) for word, next_ in counts.items()}

    def text(self, chance: random.Random, words: int) -> str:
        """About that many words, ending a sentence."""
        word = chance.choice(self.starts)
        out = [word]
        while len(out) < words or (not word.endswith((".", "।")) and len(out) < words + 12):
            known = self.follow.get(word)
            if known is None or chance.random() < 0.25:
                word = chance.choice(self.everything)
            else:
                names, sums = known
                word = names[bisect(sums, chance.random() * sums[-1])]
            out.append(word)
        return " ".join(out)


def _samples() -> dict[str, list[str]]:
    """Titles and texts of the example by language; English is "en"."""
    found: dict[str, list[str]] = {"en": []}
    for code, language in (*OFFICES, ("hq", None)):
        content = json.loads((EXAMPLE / f"{code}.json").read_text(encoding="utf-8"))
        for records in content["records"].values():
            for record in records:
                for field, value in record.items():
                    if isinstance(value, str) and len(value.split()) > 4:
                        key = language if field.endswith("_local") and language else "en"
                        found.setdefault(key, []).append(value)
    return found


def activities(count: int, *, seed: int = 1, offices: tuple[tuple[str, str | None], ...] = OFFICES) -> Iterator[Logged]:
    """`count` activities of four years, the offices in turn, as they were logged one after the other."""
    chance = random.Random(seed)
    chains = {language: Chain(sample) for language, sample in _samples().items()}
    rare = {count * place // 7 for place in (1, 3, 5)}
    millisecond = 1_391_212_800_000 + seed * 1000
    for number in range(count):
        code, language = offices[number % len(offices)]
        millisecond += chance.randrange(30_000, 2_400_000)
        yield Logged(code, _id(chance, millisecond), _fields(chance, chains, code, language, rare=number in rare))


def _fields(
    chance: random.Random, chains: dict[str, Chain], code: str, language: str | None, *, rare: bool
) -> dict[str, Any]:
    english, local = chains["en"], chains.get(language or "")
    narrative = english.text(chance, chance.randrange(15, 60))
    if chance.random() < 0.33:
        narrative += f" The {FREQUENT} was evaluated by {chance.randrange(9, 90)} of its participants."
    if rare:
        narrative += f" A {RARE} plant lent its hall."
    output = chance.randrange(5 if code == "hq" else 1, 8)
    women, men = chance.randrange(80), chance.randrange(80)
    values: dict[str, Any] = {
        "date_from": _day(chance),
        "title": english.text(chance, 5)[:90],
        "narrative": narrative,
        "output_id": record_id("output", f"output-{output}"),
        "country_id": record_id("country", code) if output < 5 else None,
        "lead_agency_id": record_id("agency", chance.choice(("undp", "iom"))),
        "place": _PLACES[code],
        "women": women if chance.random() < 0.5 else None,
        "men": men if chance.random() < 0.5 else None,
        "participants": women + men + chance.randrange(5),
        "in_report": int(chance.random() < 0.1),
    }
    if local is not None:
        values["title_local"] = local.text(chance, 5)[:90]
        values["narrative_local"] = local.text(chance, chance.randrange(15, 60))
    return {name: value for name, value in values.items() if value is not None}


def _day(chance: random.Random) -> str:
    """Mostly a day, sometimes only a month or a quarter is known."""
    after = chance.randrange(1, 48)
    year, month = 2014 + after // 12, 1 + after % 12
    kind = chance.random()
    if kind < 0.05:
        return f"{year}-Q{(month + 2) // 3}"
    return f"{year}-{month:02d}" if kind < 0.3 else f"{year}-{month:02d}-{1 + chance.randrange(28):02d}"


def _id(chance: random.Random, millisecond: int) -> str:
    """A UUIDv7 as server.base.ids makes them, but the same in every run."""
    value = millisecond << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
