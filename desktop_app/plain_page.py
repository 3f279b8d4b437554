"""Pages that need no app: while it starts, and when it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from server.base.i18n import _, direction, screen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1.5rem;"
    "color:#0b0c0c;background:#fff}p{overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1rem}"
    "@media(prefers-color-scheme:dark){body{color:#f3f2f1;background:#16191c}}"
)


@dataclass(frozen=True)
class Button:
    """A form of one button, which posts `secret` to `action`."""

    action: str
    words: str
    secret: str


def bare(
    start_response: StartResponse, status: HTTPStatus, text: str = "", kind: str = "text/plain; charset=utf-8"
) -> Iterable[bytes]:
    """A WSGI answer of one string that nobody keeps."""
    body = text.encode()
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
    ]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def patience(start_response: StartResponse) -> Iterable[bytes]:
    """`Valise is getting ready`; asks for the same address again every second."""
    body = f"<p>{escape(_('Valise is getting ready. This page goes on by itself.'))}</p>"
    return bare(start_response, HTTPStatus.OK, _page(_("Valise"), body, again=True), "text/html; charset=utf-8")


def trouble(
    start_response: StartResponse, title: str, paragraphs: Sequence[str], button: Button | None = None
) -> Iterable[bytes]:
    """What is wrong and what to do, one sentence or two per paragraph."""
    body = f"<h1>{escape(title)}</h1>" + "".join(f'<p dir="auto">{escape(text)}</p>' for text in paragraphs)
    if button is not None:
        body += (
            f'<form method="post" action="{escape(button.action)}"><input type="hidden" name="secret" '
            f'value="{escape(button.secret)}"><button>{escape(button.words)}</button></form>'
        )
    return bare(start_response, HTTPStatus.OK, _page(title, body), "text/html; charset=utf-8")


def forward(link: str) -> str:
    """A page that goes on to `link` at once."""
    again = f'<meta http-equiv="refresh" content="0;url={escape(link)}">'
    words = f'<p><a href="{escape(link)}">{escape(_("Open Valise"))}</a></p>'
    return _page(_("Valise"), words, head=again + '<meta name="referrer" content="no-referrer">')


def _page(title: str, body: str, *, again: bool = False, head: str = "") -> str:
    refresh = '<meta http-equiv="refresh" content="1">' if again else ""
    return (
        f'<!doctype html><html lang="{screen()}" dir="{direction()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{refresh}{head}<title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
