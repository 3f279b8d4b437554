"""The one family of errors that people see: each message is a sentence that says what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class ValiseError(Exception):
    """A refusal in one translated sentence. `field` names the input it is about, if it is about one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class RuleBroken(ValiseError):
    """A value breaks a rule of the programme."""


class NotFound(ValiseError):
    """A record that was asked for is not here."""


class Refused(ValiseError):
    """A file or an action is refused as a whole; nothing was changed. `code` is a stable word for scripts."""

    def __init__(self, message: str, code: str = "refused", field: str | None = None) -> None:
        super().__init__(message, field)
        self.code = code


class NotYet(ValiseError):
    """Asked for something this version does not make."""


class RulesBroken(ValiseError):
    """Several rules broken by one save; `errors` holds them all, in the order of the form."""

    def __init__(self, errors: Sequence[ValiseError]) -> None:
        self.errors: tuple[ValiseError, ...] = tuple(errors)
        super().__init__("\n".join(e.message for e in self.errors), self.errors[0].field)
