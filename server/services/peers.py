"""What the laptops of an office are known to hold: a dispatch for that office builds on what all of them have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from server.db.session import UnitSession
from server.sync import acquaintance, inbox, tips
from server.sync.tips import Tips


@dataclass(frozen=True)
class Held:
    """`tips` is what every laptop of the office holds, None when none ever spoke: then everything is sent.

    `incarnation` is set when there is one laptop only; `at` is the ISO time at which one of them spoke last.
    """

    tips: Tips | None = None
    incarnation: str | None = None
    at: str = ""


def held(session: UnitSession, office_id: str, *, but: str | None = None) -> Held:
    """What the laptops of an office hold, by the last word of each, without the one whose device id is `but`.

    Nobody knows which of them will open a dispatch, so it must suit all, also those that were invited and are silent.
    """
    laptops = spoken(session, office_id, but=but)
    if not laptops:
        return Held()
    here = tips.tips(session.connection())
    known = [*(p.tips for p in laptops), *_silent(session, office_id)]
    common = reduce(lambda one, other: _common(here, one, other), known)
    return Held(common, laptops[0].incarnation if len(laptops) == 1 else None, max(p.at for p in laptops))


def spoken(session: UnitSession, office_id: str, *, but: str | None = None) -> list[tips.Peer]:
    """The last word of each copy of an office's laptops that is in use, without the one whose device id is `but`.

    A laptop that was restored goes on under a new name, and its old one falls silent. A disk that was cloned has two
    that go on: one that speaks after the other was first heard of is in use, too.
    """
    connection = session.connection()
    order = inbox.heard(connection)
    found = [one for one in tips.peers(connection) if one.office == office_id and one.device != but]
    begun: dict[str | None, int] = {}
    for one in found:
        begun[one.device] = max(begun.get(one.device, 0), order.get(one.incarnation, (0, 0))[0])
    return [one for one in found if order.get(one.incarnation, (0, 0))[1] >= begun[one.device]]


def _silent(session: UnitSession, office_id: str) -> list[Tips]:
    """What a laptop has that was invited and has not written yet: the set-up that was made for it."""
    if all(one.used_by for one in acquaintance.invitations(session) if one.office == office_id):
        return []
    made = inbox.departures(session.connection())
    return [one.tips for one in made if one.kind == "setup" and one.to_office == office_id]


def _common(here: Tips, one: Tips, other: Tips) -> Tips:
    """What holders of either have. Of a stream that forked only the same ends count: the rest is in doubt."""
    common = {}
    for key in one.keys() & other.keys():
        ends = {tuple(sorted(one[key])), tuple(sorted(other[key]))}
        if len(ends) == 1:
            common[key] = one[key]
        elif len(here.get(key, ())) == len(one[key]) == len(other[key]) == 1:
            common[key] = [min(*one[key], *other[key])]
    return common
