"""Serbian in Latin letters: made from the Cyrillic sentences, for the screen."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale

from desktop_app import system_language
from server.base.i18n import SCREENS, _, catalog, day_text, language, n_, screen, use_language
from server.base.latin import in_latin
from server.base.typed import typed_date


@pytest.mark.parametrize(("cyrillic", "latin"), [
    ("Љубав према џунгли", "Ljubav prema džungli"), ("ЊЕГОШ и Његош", "NJEGOŠ i Njegoš"), ("КОЊ. Џ", "KONJ. Dž"),
    ("Датотека %(file)s: PDF", "Datoteka %(file)s: PDF"),
])
def test_letters_are_paired_and_capitals_stay_capitals(cyrillic: str, latin: str) -> None:
    assert in_latin(cyrillic) == latin


def test_our_letters_are_those_of_cldr() -> None:
    """CLDR keeps both ways of writing: the names of days, months and languages were paired by its people."""
    cyrillic, latin = Locale.parse("sr_Cyrl"), Locale.parse("sr_Latn")
    for kind in ("months", "days"):
        for number, name in getattr(cyrillic, kind)["stand-alone"]["wide"].items():
            assert in_latin(name) == getattr(latin, kind)["stand-alone"]["wide"][number]


def test_a_sentence_is_in_latin_and_what_is_filled_in_stays_as_it_was_typed() -> None:
    with use_language("sr-Latn"):
        assert (language(), screen()) == ("sr", "sr-Latn")
        assert _("%(amount)s is still to come", amount="пет динара") == "još treba da stigne пет динара"
        assert day_text(date(2026, 3, 5)) == "5. mart 2026."
        assert n_("%(num)s change", "%(num)s changes", 2) == "2 izmene"
    assert screen() == "en"


def test_no_sentence_keeps_a_cyrillic_letter() -> None:
    said = catalog("sr-Latn")._catalog.values()  # type: ignore[attr-defined]
    assert [text for text in said if any("\u0400" <= letter <= "\u04ff" for letter in text)] == []


def test_dates_are_read_in_both_ways_of_writing() -> None:
    for code in ("sr", "sr-Latn"):
        with use_language(code):
            assert typed_date("5. марта 2026") == typed_date("5. marta 2026") == "2026-03-05"


@pytest.mark.parametrize(("said", "code"), [("sr_RS@latin", "sr-Latn"), ("sr_Latn_RS", "sr-Latn"), ("sr_RS", "sr"),
                                            ("de_DE", "en"), (None, "en"), ("fr", "fr")])
def test_the_computers_language_is_taken_over(monkeypatch: pytest.MonkeyPatch, said: str | None, code: str) -> None:
    monkeypatch.setattr(system_language.sys, "platform", "linux")
    monkeypatch.setattr(system_language, "default_locale", lambda _category: said)
    assert system_language.system_language() == code
    assert code in SCREENS
