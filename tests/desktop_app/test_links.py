"""Links that open once."""

from __future__ import annotations

from server.base.links import SingleUseLinks


def test_a_link_opens_once() -> None:
    links = SingleUseLinks()
    secret = links.issue()
    assert links.spend(secret)
    assert not links.spend(secret)


def test_a_guess_opens_nothing() -> None:
    links = SingleUseLinks()
    links.issue()
    assert not links.spend("")
    assert not links.spend("guess")


def test_a_link_that_nobody_opened_in_time_is_worth_nothing() -> None:
    time = [0.0]
    links = SingleUseLinks(lifetime=120, now=lambda: time[0])
    early, late = links.issue(), links.issue()
    time[0] = 120.0
    assert links.spend(early)
    time[0] = 120.1
    assert not links.spend(late)


def test_links_are_all_different_and_each_opens() -> None:
    links = SingleUseLinks()
    secrets = [links.issue() for _number in range(5)]
    assert len(set(secrets)) == 5
    assert all(links.spend(secret) for secret in reversed(secrets))


def test_unopened_links_do_not_pile_up() -> None:
    links = SingleUseLinks()
    first, *others = [links.issue() for _number in range(30)]
    assert not links.spend(first)
    assert links.spend(others[-1])
