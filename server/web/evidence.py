"""Evidence in forms: the files that come with one, kept while it is sent back, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, request

from server.base.errors import NotFound, Refused
from server.base.i18n import _, mark, n_
from server.domain.documents.queries import documents
from server.domain.records import Work
from server.services import filing
from server.services.filing import Filing, Turned, Upload
from server.sync.files import is_hash
from server.web.database import session
from server.web.fields import TextQuestion, TickQuestion
from server.web.files import uploads
from server.web.forms import Form
from server.web.here import here
from server.web.staged import safe_name

#: category of messages that stand beside the file they are about: {"name", "words"}
TURNED = "turned"
#: of them those that fit into the cookie that carries them to the next page
_TOLD = 20


class CaptionForm(Form):
    """What a document that shows an activity is called; of a photo it is printed below it."""

    title = TextQuestion(mark("Caption"))
    #: the document's id
    of = ""

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """A page has one such form for each document: its input is named for it."""
        return [(f"caption-{self.of}" if anchor else "", sentence) for anchor, sentence in super().problems]


class EvidenceForm(Form):
    """A document that shows an activity; its file, if there is one, is asked for beside it."""

    title = TextQuestion(mark("What is it?"), mark("Left empty, the file's name stands for it."), optional=True)
    note = TextQuestion(mark("Where does the original lie?"), optional=True)
    keep_place = TickQuestion(mark("Let photos travel with the place they were taken at"))
    #: files that were turned away
    turned: Sequence[Turned] = ()

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """Those of the questions, and of each file that was turned away."""
        return [*super().problems, *((f"turned-{n}", one.sentence) for n, one in enumerate(self.turned, 1))]


@dataclass(frozen=True)
class Brought:
    """The files that a form brings: chosen now, and `held` since it was sent before (hash -> name)."""

    files: tuple[Upload, ...]
    held: dict[str, str]
    place: bool

    @classmethod
    def now(cls) -> Brought:
        """What this request brings."""
        data = here().data
        known = dict(one.partition(" ")[::2] for one in request.form.getlist("held"))
        held = {sha256: safe_name(name) for sha256, name in known.items() if is_hash(sha256)}
        chosen = [*(filing.held(data, name, sha256) for sha256, name in held.items()), *uploads()]
        return cls(tuple(chosen), held, bool(request.form.get("keep_place")))

    def file(self, work: Work, activity_id: str, title: str = "", note: str = "") -> Filing:
        """File them as evidence of an activity. Errors: NotFound, RulesBroken."""
        return filing.file_evidence(work, here().data, activity_id, title, note, self.files, place=self.place)

    def keep(self) -> dict[str, Any]:
        """For a form that goes back to the person, which does not bring its files again: they are kept meanwhile."""
        kept, turned = {}, []
        for one in self.files:
            try:
                kept[filing.hold(here().data, one)] = one.name
            except (Refused, NotFound) as error:
                turned.append(Turned(one.name, error.message))
        return {"held": kept, "turned": turned, "place": self.place}


def tell(done: Filing) -> None:
    """Say on the next page what became of files: beside each that was turned away, and of all that were filed."""
    for one in done.turned[:_TOLD]:
        flash({"name": one.name, "words": one.sentence}, TURNED)  # type: ignore[arg-type]  # kept as JSON
    more = len(done.turned) - _TOLD
    if more > 0:
        flash(n_("%(num)s more file was not filed: choose it again by itself.",
                 "%(num)s more files were not filed: choose them again in smaller lots.", more), "error")
    if filing.travels_unscaled(documents(session(), done.made)):
        flash(_("A picture could not be made small: it travels as it is, with what the camera wrote into it."), "care")
