"""The language of the computer's user, for what is said before a programme's own language is known."""

from __future__ import annotations

import locale
import re
import sys

from babel.core import default_locale

from server.base.i18n import LANGUAGES


def system_language() -> str:
    """One of SCREENS; English when the computer speaks none of them."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 (only here is there a windll)

        name = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    else:
        name = default_locale("LC_MESSAGES")
    said = (name or "en").lower()
    code = re.split("[-_.@]", said)[0]
    if code == "sr" and re.search("latn|latin", said):
        return "sr-Latn"
    return code if code in LANGUAGES else "en"
