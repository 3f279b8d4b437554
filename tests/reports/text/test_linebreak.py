"""Lines end where UAX #14 lets them, but for the places that book printers avoid; Unicode's own test file says which.

The file is that of Debian's package `unicode-data`.
"""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from server.reports.text.faces import Style
from server.reports.text.layout import _Look, _Paragraph, _simple_lines, lay_out
from server.reports.text.linebreak import breaks, plain_blanks, unicode_breaks
from tests.reports.text.linebreak_classes import FILES, TARGET, module

Require = Callable[[bool, str], None]
TEST = FILES / "auxiliary/LineBreakTest.txt"


def told() -> Iterator[tuple[str, list[int]]]:
    """Each line of Unicode's file: a text, and the indexes at which it may be broken."""
    for line in TEST.read_text("utf-8").splitlines():
        text, places = "", []
        for token in line.split("#")[0].split():
            if token == "÷":
                places.append(len(text))
            elif token != "×":
                text += chr(int(token, 16))
        if text:
            yield text, places[:-1]


def parts(text: str) -> list[str]:
    """The text cut at every place where a line may end."""
    places = [0, *breaks(text), len(text)]
    return [text[a:b].strip(" ") for a, b in pairwise(places)]


def test_the_classes_are_those_of_unicode(require: Require) -> None:
    require(TEST.is_file(), "Debian's package unicode-data")
    assert module() == TARGET.read_text("utf-8")


def test_every_line_of_the_test_file_breaks_where_unicode_says(require: Require) -> None:
    require(TEST.is_file(), "Debian's package unicode-data")
    lines = list(told())
    assert len(lines) > 7_500
    assert [text for text, places in lines if unicode_breaks(text) != places] == []


def reason(text: str, at: int) -> str:
    """Why a page does not break a text where Unicode's file lets it."""
    bare = "".join(c for c in text[:at] if unicodedata.category(c) not in ("Mn", "Mc"))
    before, behind = bare.rstrip(" ")[-1:], text[at]
    if before and unicodedata.category(before) == "Pi":
        return "an opening quotation mark keeps the blank behind it (LB15a of Unicode 15.1)"
    if unicodedata.category(behind) == "Pf":
        return "a closing quotation mark keeps the blank before it (LB15b of Unicode 15.1)"
    if (before in tuple("$§") and behind.isdigit()) or (before.isdigit() and behind == "%"):
        return "a number stays with its sign over a blank"
    if behind in "\u2013\u2014":
        return "no line begins with a dash that follows a word"
    if behind.isdigit() and before in tuple(",.:;"):
        return "a number stays with the point before it"
    if before in tuple("-\u2010"):
        return "a hyphen that leads a word stays with it (LB20a of Unicode 16)"
    if before == "\u00ad":
        return "a soft hyphen would have to be shown"
    return f"no reason: {text!r} at {at}"


def test_these_are_all_the_places_that_we_do_not_break_at(require: Require) -> None:
    require(TEST.is_file(), "Debian's package unicode-data")
    found: Counter[str] = Counter()
    for text, places in told():
        ours = set(breaks(text))
        assert ours <= set(places)
        found.update(reason(text, at) for at in set(places) - ours)
    assert dict(found) == EXPECTED


EXPECTED = {
    "a hyphen that leads a word stays with it (LB20a of Unicode 16)": 10,
    "a number stays with the point before it": 13,
    "a number stays with its sign over a blank": 3,
    "a soft hyphen would have to be shown": 7,
    "an opening quotation mark keeps the blank behind it (LB15a of Unicode 15.1)": 4,
    "no line begins with a dash that follows a word": 76,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about 12 % of it", ["about", "12 %", "of", "it"]),
        ("about 12\u00a0% of it", ["about", "12\u00a0%", "of", "it"]),
        ("12\u202f% 5\u202f000", ["12\u202f%", "5\u202f000"]),
        ("of USD 5,000 and EUR -5", ["of", "USD 5,000", "and", "EUR", "-5"]),
        ("of Phase II, XIV and Mix", ["of", "Phase II,", "XIV", "and", "Mix"]),
        ("see § 5 and № 7", ["see", "§ 5", "and", "№ 7"]),
        ("a road of 5 km and 12 ha", ["a", "road", "of", "5 km", "and", "12 ha"]),
        ("$5,000.00 (€7)", ["$5,000.00", "(€7)"]),
        ("২৫ % ও ৫০০", ["২৫ %", "ও", "৫০০"]),
        ("٢٥ ٪ من", ["٢٥ ٪", "من"]),
        ("Il dit : « oui » !", ["Il", "dit :", "« oui » !"]),
        ("„da“ i “oui” et (non)", ["„da“", "i", "“oui”", "et", "(non)"]),
        ("follow-up 2014-05-12 -5", ["follow-", "up", "2014-05-12", "-5"]),
        ("an option --force", ["an", "option", "--force"]),
        ("2014–2018 Minsk – Osh", ["2014–", "2018", "Minsk –", "Osh"]),
        ("это — слово", ["это —", "слово"]),
        ("yes—no", ["yes—", "no"]),
        ("and/or 12/05/2014", ["and/", "or", "12/05/2014"]),
        ("https://example.org/a/b", ["https://", "example.org/", "a/", "b"]),
        ("word\u2060joiner no\u2060 break", ["word\u2060joiner", "no\u2060", "break"]),
        ("zero\u200bwidth", ["zero\u200b", "width"]),
        ("soft\u00adhyphen", ["soft\u00adhyphen"]),
        ("قال: (نعم) ؟", ["قال:", "(نعم) ؟"]),
        ("কাজ শেষ। এবং হলো ।", ["কাজ", "শেষ।", "এবং", "হলো ।"]),
        ("ক্\u200cষ ক্\u200dষ ক্ষমতা", ["ক্\u200cষ", "ক্\u200dষ", "ক্ষমতা"]),
        ("日本国、東京", ["日", "本", "国、", "東", "京"]),
        ("「日本」へ", ["「日", "本」", "へ"]),
        ("대한민국", ["대", "한", "민", "국"]),
        ("wait … for", ["wait …", "for"]),
    ],
)
def test_lines_end_where_readers_expect_it(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_what_is_thought_plain_breaks_at_its_blanks_and_nowhere_else() -> None:
    chance = random.Random(20150331)
    letters = "aIVÉжЊক\u09cd৳AZ09   .,;:!?'\"()%&=*@_\u00a0\u202f§«»‘’“”„।-/–"
    plain = 0
    for _ in range(60_000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 12)))
        if plain_blanks(text):
            plain += 1
            assert breaks(text) == [n + 1 for n, c in enumerate(text) if c == " "], ascii(text)
    assert plain > 2_000


def test_the_short_way_and_the_long_way_set_the_same_lines() -> None:
    text = "The programme’s (3rd) board “met” in Bishkek, Osh; 87.5% of USD\u00a05,000 was spent: well done! " * 3
    text = text.strip()
    assert plain_blanks(text)
    for width in (4_000, 9_000, 21_000):
        short = [line.text for line in _simple_lines(text, Style.REGULAR, width, "en")]
        assert short == [line.text for line in _Paragraph(text, _Look(Style.REGULAR, None), "en", False).lines(width)]


@pytest.mark.parametrize("sign", ["\n", "\u2028", "\u2029"])
def test_what_forces_a_line_forces_one(sign: str) -> None:
    found = lay_out(f"one{sign}two", Style.REGULAR, 1e9, language="en", right_to_left=False)
    assert [line.text for line in found] == ["one", "two"]
