"""`python -m tests.catalogs check|update|glossary`: the catalogs hold every sentence of the sources, translated, whole.

`update` merges new sentences into each catalog; a person or a colleague translates the empty ones; `check` fails while
one is missing, empty, fuzzy or names other values than its English sentence. `glossary` writes the words that the
catalogs use into docs/translating.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from server.base.i18n import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
CATALOGS = ROOT / "server" / "translations"
_KEYWORDS = {"_": None, "n_": (1, 2), "mark": None}
#: where the glossary stands, and what is around it
TRANSLATING = ROOT / "docs" / "translating.md"
_ENGLISH = {"fr": "French", "es": "Spanish", "ru": "Russian", "ar": "Arabic", "ro": "Romanian", "sr": "Serbian",
            "bn": "Bengali"}  # fmt: skip
_BEGINS, _ENDS = "<!-- glossary -->\n", "<!-- end of the glossary -->"
_VALUE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def extract() -> Catalog:
    """All sentences of the sources, sorted."""
    catalog = Catalog(project="Valise", charset="utf-8")
    for folder in ("server", "desktop_app", "templates"):
        method = [("**.py", "python")] if folder != "templates" else [("**.html", "jinja2")]
        found = extract_from_dir(str(ROOT / folder), method, {"**.html": {"trimmed": "true"}}, keywords=_KEYWORDS)
        for name, _line, message, _comments, _context in found:
            if not name.startswith("translations"):
                catalog.add(message, locations=[(f"{folder}/{name}", 0)])
    return catalog


def path_of(language: str) -> Path:
    """The catalog's file."""
    return CATALOGS / language / "LC_MESSAGES" / "valise.po"


def read(language: str) -> Catalog:
    """A language's catalog; an empty one when there is none yet."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, project="Valise", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update() -> None:
    """Merge the sources' sentences into each catalog; those no longer used go."""
    template = extract()
    for language in LANGUAGES:
        if language == "en":
            continue
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            write_po(target, catalog, width=120, sort_output=True, omit_header=False, no_location=True)


def problems() -> list[str]:
    """One line per sentence that is missing, empty, fuzzy, or whose values differ."""
    found = []
    template = [m for m in extract() if m.id]
    for language in LANGUAGES:
        if language == "en":
            continue
        catalog = read(language)
        for message in template:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            translated = catalog.get(key)
            found += [f"{language}: {why}: {key!r}" for why in _wrong(message, translated)]
    return found


def _wrong(message: Message, translated: Message | None) -> list[str]:
    if translated is None:
        return ["missing"]
    texts = translated.string if isinstance(translated.string, (tuple, list)) else (translated.string,)
    if not all(texts):
        return ["not translated"]
    if translated.fuzzy:
        return ["fuzzy"]
    wanted = message.id if isinstance(message.id, tuple) else (message.id,)
    names = set().union(*(_names(text) for text in wanted))
    return ["other values"] if any(_names(text) - names or names - _names(text) - {"num"} for text in texts) else []


def _names(text: str) -> set[str]:
    return {a or b for a, b in _VALUE.findall(text)}


def glossary() -> str:
    """The page about translating, with the words that the catalogs use today."""
    page = TRANSLATING.read_text(encoding="utf-8")
    before, _begins, rest = page.partition(_BEGINS)
    words = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", before.partition("## Words")[2], flags=re.MULTILINE)[1:]
    tables = [_table(language, words) for language in LANGUAGES if language != "en"]
    return before + _BEGINS + "\n" + "\n".join(tables) + "\n" + _ENDS + rest.partition(_ENDS)[2]


def _table(language: str, words: Sequence[str]) -> str:
    """The words in one language."""
    catalog, name = read(language), _ENGLISH[language]
    lines = []
    for word in words:
        message = catalog.get(word)
        lines.append(f"| {word} | {message.string if message and message.string else '–'} |\n")
    return f"### {name}\n\n| English | {name} |\n|---|---|\n{''.join(lines)}"


def main() -> int:
    """The command."""
    if sys.argv[1:] == ["update"]:
        update()
        return 0
    if sys.argv[1:] == ["check"]:
        found = problems()
        sys.stdout.write("\n".join([*found[:40], f"{len(found)} problems"]) + "\n" if found else "catalogs complete\n")
        return 1 if found else 0
    if sys.argv[1:] == ["glossary"]:
        TRANSLATING.write_text(glossary(), encoding="utf-8")
        return 0
    sys.stderr.write("usage: python -m tests.catalogs check|update|glossary\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
