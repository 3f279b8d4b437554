"""Files that leave Valise: an attachment in a browser, the system's save dialog in the window.

A web view's own downloads lose the file or the page, so the window hands in two callables when it starts:
`app.extensions["valise.save_file"](suggested_name, data)` gives the path or None when the person cancels, and
`app.extensions["valise.view_file"](suggested_name, data)` shows a copy in the system's viewer.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from flask import current_app, flash, redirect, request, send_file
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.i18n import _
from server.services import filing
from server.web.staged import safe_name


def uploads(name: str = "file") -> list[filing.Upload]:
    """The files that a form brings, read when they are filed."""
    return [filing.Upload(safe_name(one.filename), partial(_read, one.stream))
            for one in request.files.getlist(name) if one.filename]


def _read(stream: IO[bytes]) -> bytes:
    """As much of a file as shows whether it is too large, from its beginning: a form may be read twice."""
    stream.seek(0)
    return stream.read(filing.LARGEST + 1)


def hand_over(
    name: str, data: bytes | Path, media_type: str, back: str, taken: Callable[[], object] | None = None
) -> Response:
    """Let the person keep a file, given as its bytes, or as the path of a large one that is taken away afterwards.

    In the window, answers with the page `back` and says where the file is.

    `taken` is called when the person got it, and not when they chose no place for it.
    """
    if not _in_window("valise.save_file"):
        if taken is not None:
            taken()
        given = _Passing(data) if isinstance(data, Path) else io.BytesIO(data)
        length = data.stat().st_size if isinstance(data, Path) else len(data)
        answer = send_file(given, media_type, as_attachment=True, download_name=name)
        answer.content_length = length
        return answer
    try:
        path = current_app.extensions["valise.save_file"](name, data)
    finally:
        if isinstance(data, Path):
            data.unlink(missing_ok=True)
    if path is None:
        flash(_("Not saved: no place was chosen."), "care")
    else:
        if taken is not None:
            taken()
        flash(_("Saved as %(path)s", path=path))
    return redirect(back)


class _Passing(io.FileIO):
    """A file that is gone when it was read to its end, or nobody reads it any more."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path

    def close(self) -> None:
        """Close it, and take it away; no other program of ours has it open."""
        super().close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def show_file(name: str, data: bytes, media_type: str, back: str) -> Response:
    """Let the person look at a file: in the browser's viewer, or beside the window in the system's."""
    if not _in_window("valise.view_file"):
        return send_file(io.BytesIO(data), media_type, as_attachment=False, download_name=name)
    current_app.extensions["valise.view_file"](name, data)
    return redirect(back)


def _in_window(need: str) -> bool:
    config: Config = current_app.extensions["valise.config"]
    return config.in_window and need in current_app.extensions
