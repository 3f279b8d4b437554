"""An office's own table: which of its columns is which field. Guessed by the heads in eight languages, told once by a
person, and kept under a name for next time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy.orm import Session

from server.base.i18n import SCREENS, use_language
from server.base.text import one_line
from server.db.settings import read_setting, write_setting
from server.services.sheets.areas import SHEETS
from server.services.sheets.reading import Cell, SheetRead, as_words, letters
from server.services.sheets.worded import Worded
from server.services.sheets.words import plain

_SETTING = "import/layouts"
#: rows in which the heads are looked for, layouts that are kept
_HEADS_WITHIN, _MOST_KEPT = 15, 40
#: field -> what else offices write above such a column
_ALSO: Mapping[str, str] = {
    "title": "activity, activities, what happened, event, description, challenge, name, planned activity,"
             " what is planned, activité, intitulé, titre, activité planifiée, actividad, título, evento,"
             " мероприятие, деятельность, название, что сделано, النشاط, العنوان, الفعالية, activitate, activitatea,"
             " titlu, denumire, активност,"
             " назив, догађај, কার্যক্রম, শিরোনাম",
    "date_from": "date, start, start date, from, begin, when, date de début, début, du, fecha, fecha de inicio, inicio,"
                 " дата, дата начала, начало, когда, التاريخ, تاريخ البدء, من, data, data început, data începerii,"
                 " început, датум, почетак, তারিখ, শুরুর তারিখ",
    "date_to": "end, end date, to, until, date de fin, fin, au, fecha de fin, дата окончания, конец,"
               " تاريخ الانتهاء, إلى, data sfârșit, sfârșit, крај, датум завршетка, শেষ তারিখ",
    "output_id": "output, outputs, output no, result, produit, résultat, resultado, producto, результат, продукт,"
                 " المخرج, المخرجات, النتيجة, rezultat, produs, исход, резултат, আউটপুট, ফলাফল",
    "country_id": "country, pays, país, страна, البلد, الدولة, țara, țară, земља, држава, দেশ",
    "narrative": "details, description of activity, narrative, results, comments, détails, récit, résultats obtenus,"
                 " detalles, descripción, описание, подробности, الوصف, التفاصيل, descriere, detalii, опис, детаљи,"
                 " বিবরণ",
    "place": "place, venue, location, city, lieu, ville, lugar, ciudad, место, город, المكان, المدينة, loc, locul,"
             " oraș, место одржавања, град, স্থান",
    "partners": "partner, partners, partenaires, partenaire, socios, партнеры, партнёры, الشركاء, parteneri, партнери,"
                " অংশীদার",
    "women": "women, female, f, femmes, mujeres, женщины, жен, النساء, نساء, إناث, femei, жене, নারী",
    "men": "men, male, m, hommes, hombres, мужчины, муж, الرجال, رجال, ذكور, bărbați, мушкарци, পুরুষ",
    "participants": "participants, total participants, attendees, total, nombre de participants, participantes,"
                    " участники, всего, المشاركون, المجموع, participanți, учесници, укупно, অংশগ্রহণকারী, মোট",
    "lead_agency_id": "lead, lead agency, chef de file, agence chef de file, agencia líder, ведущее агентство,"
                      " الوكالة الرائدة, agenția principală, водећа агенција",
    "amount": "amount, budget, cost, usd, montant, coût, importe, monto, presupuesto, сумма, бюджет, المبلغ,"
              " الميزانية, suma, sumă, buget, износ, буџет, পরিমাণ, বাজেট",
    "responsible": "responsible, responsible party, implementing partner, responsable, ответственный, المسؤول,"
                   " responsabil, одговоран, দায়িত্বপ্রাপ্ত",
    "status": "status, progress, state, statut, état, estado, статус, состояние, الحالة, stare, stadiu, статус, অবস্থা",
    "note": "note, notes, remark, remarks, comment, comments, remarque, commentaire, nota, observaciones, примечание,"
            " комментарий, ملاحظة, ملاحظات, observații, notă, напомена, মন্তব্য",
    "period_id": "period, year, période, année, período, año, период, год, الفترة, السنة, perioada, anul, период,"
                 " година, সময়কাল, বছর",
    "owner": "owner, responsible, focal point, responsable, ответственный, المسؤول, responsabil, одговоран",
    "text": "decision, decisions, décision, decisión, решение, القرار, decizie, одлука, সিদ্ধান্ত",
}


@dataclass(frozen=True)
class Layout:
    """How a sheet is read: its title, the number of the row of its heads, the table, and the column (from 0) of each
    field."""

    sheet: str
    head: int
    table: str
    columns: Mapping[str, int]


@cache
def _spellings(table: str, field: str) -> frozenset[str]:
    """What the head of a field may say, folded."""
    column = next(one for one in SHEETS[table].columns if one.field == field)
    found = {plain(word) for word in _ALSO.get(field, "").split(",")} | {plain(field), plain(field.removesuffix("_id"))}
    for code in SCREENS:
        with use_language(code):
            found.add(plain(column.heading(table)))
    return frozenset(found - {""})


def heads_of(sheet: SheetRead, head: int) -> list[tuple[int, str]]:
    """(column from 0, words) of the heads in a row."""
    row = next((cells for number, cells in sheet.rows if number == head), ())
    return [(place, one_line(as_words(cell))) for place, cell in enumerate(row) if as_words(cell)]


def _match(heads: Sequence[tuple[int, str]], table: str) -> dict[str, int]:
    """Field -> column: first heads that say just a field's name, then those that begin with it."""
    found: dict[str, int] = {}
    for exact in (True, False):
        for column in SHEETS[table].columns:
            if column.field in found:
                continue
            said = _spellings(table, column.field)
            for place, words in heads:
                head = plain(words.partition("(")[0])
                fits = head in said if exact else any(head.startswith(f"{one} ") for one in said if len(one) > 3)
                if fits and place not in found.values():
                    found[column.field] = place
                    break
    return found


def guess(sheet: SheetRead, table: str) -> Layout:
    """The likeliest layout: the row whose heads name most fields; else the first row with two cells."""
    best, found = 0, dict[str, int]()
    for number, cells in sheet.rows[:_HEADS_WITHIN]:
        if sum(1 for cell in cells if as_words(cell)) < 2:
            continue
        matched = _match(heads_of(sheet, number), table)
        if not best or len(matched) > len(found):
            best, found = number, matched
    return Layout(sheet.title, best or 1, table, found)


def applied(file: str, sheet: SheetRead, layout: Layout) -> Worded:
    """The sheet as one whose columns are known."""
    rows: list[tuple[int, tuple[Cell, ...]]] = [row for row in sheet.rows if row[0] > layout.head]
    return Worded(file, sheet.title, layout.table, layout.columns, rows, exported=False)


def column_name(place: int, words: str) -> str:
    """A column as people are asked about it: `C: Date`."""
    return f"{letters(place + 1)}: {words}"


# layouts that are kept


def kept_layouts(session: Session) -> dict[str, tuple[str, dict[str, str]]]:
    """Name -> (table, words of the head of each field)."""
    try:
        read = json.loads(read_setting(session, _SETTING) or "{}")
        return {str(name): (str(one["table"]), {str(f): str(h) for f, h in one["heads"].items()})
                for name, one in read.items() if one["table"] in SHEETS}  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def keep_layout(session: Session, name: str, sheet: SheetRead, layout: Layout) -> None:
    """Keep a layout under a name, in the caller's transaction; the oldest goes when there are many."""
    said = dict(heads_of(sheet, layout.head))
    heads = {field: said[place] for field, place in layout.columns.items() if place in said}
    kept = {one: {"table": table, "heads": of} for one, (table, of) in kept_layouts(session).items() if one != name}
    kept[one_line(name)[:80]] = {"table": layout.table, "heads": heads}
    newest = dict(list(kept.items())[-_MOST_KEPT:])
    write_setting(session, _SETTING, json.dumps(newest, ensure_ascii=False))


def recognised(session: Session, sheets: Sequence[SheetRead]) -> tuple[str, Layout] | None:
    """The kept layout whose heads all stand in one row of one of the sheets, with its name; the latest first."""
    for name, (table, heads) in reversed(kept_layouts(session).items()):
        for sheet in sheets:
            for number, _cells in sheet.rows[:_HEADS_WITHIN]:
                there = {plain(words): place for place, words in heads_of(sheet, number)}
                if heads and all(plain(words) in there for words in heads.values()):
                    columns = {field: there[plain(words)] for field, words in heads.items()}
                    return name, Layout(sheet.title, number, table, columns)
    return None
