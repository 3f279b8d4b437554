"""What the window shows when the app cannot start, and the way out: the newest backup."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from desktop_app import plain_page
from desktop_app.recovery import newest_copy, put_back
from server.base.config import Config
from server.base.errors import Refused, ValiseError
from server.base.i18n import _, use_language
from server.base.links import SingleUseLinks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: the button of a page that is left open works for an hour
_BUTTON_SECONDS = 3600.0
_LONGEST_FORM = 1000

log = logging.getLogger("valise.desktop")


class Trouble:
    """A WSGI app that says what is wrong, and puts the newest backup back when it is asked to.

    It answers the single-use link only. Its button carries a secret of its own, so that no cookie is needed.
    `again` starts the app anew after the backup was put back, and gives the link to it.
    """

    def __init__(
        self, config: Config, sentences: Sequence[str], language: str, again: Callable[[], str], *, offer_copy: bool
    ) -> None:
        self._config = config
        self._sentences = sentences
        self._language = language
        self._again = again
        self._offer_copy = offer_copy
        self._buttons = SingleUseLinks(lifetime=_BUTTON_SECONDS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        with use_language(self._language):
            path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
            if environ.get("HTTP_HOST") == self._config.origin and self._config.links is not None:
                if method == "GET" and path.startswith("/open/") and self._config.links.spend(path[6:]):
                    return self._page(start_response, self._sentences)
                if method == "POST" and path == "/put-back" and self._may_put_back(environ):
                    return self._put_back(start_response)
            return plain_page.bare(
                start_response, HTTPStatus.FORBIDDEN, _("Close this page and open Valise from its icon.")
            )

    def _page(self, start_response: StartResponse, sentences: Sequence[str]) -> Iterable[bytes]:
        copy = newest_copy(self._config.data) if self._offer_copy else None
        more = [_("The log of what happened is in %(path)s.", path=str(self._config.data.log))]
        button = None
        if copy is not None:
            made = copy_time(copy)
            more.insert(0, _("The newest backup is of %(when)s. What was entered after it is not in it.", when=made))
            button = plain_page.Button("/put-back", _("Go on with this backup"), self._buttons.issue())
        return plain_page.trouble(start_response, _("Valise cannot open its data"), [*sentences, *more], button)

    def _may_put_back(self, environ: WSGIEnvironment) -> bool:
        if environ.get("HTTP_ORIGIN", f"http://{self._config.origin}") != f"http://{self._config.origin}":
            return False
        size = min(int(environ.get("CONTENT_LENGTH") or 0), _LONGEST_FORM)
        fields = parse_qs(environ["wsgi.input"].read(size).decode("ascii", "replace"))
        return self._buttons.spend(fields.get("secret", [""])[0])

    def _put_back(self, start_response: StartResponse) -> Iterable[bytes]:
        copy = newest_copy(self._config.data)
        try:
            if copy is None:
                raise Refused(_("There is no backup in this folder."))
            put_back(self._config.data, copy, self._config.clock())
            link = self._again()
        except (ValiseError, OSError) as problem:
            log.exception("the backup could not be put back")
            return self._page(start_response, [str(problem)])
        html = plain_page.forward(link)
        return plain_page.bare(start_response, HTTPStatus.OK, html, "text/html; charset=utf-8")


def copy_time(copy: Path) -> str:
    """When a backup was made, in UTC, as its name says: `2014-06-30 12:05 UTC`."""
    try:
        return f"{datetime.strptime(copy.name[:15], '%Y%m%dT%H%M%S'):%Y-%m-%d %H:%M} UTC"  # noqa: DTZ007 (the name is UTC)
    except ValueError:
        return copy.name
