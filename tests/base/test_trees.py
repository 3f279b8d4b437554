"""Rings among parts are found whatever their length, and cut at the same place by everybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.trees import beneath, cut, in_order, rings

_NODES = "abcdefgh"
PARENTS = st.dictionaries(st.sampled_from(_NODES), st.one_of(st.none(), st.sampled_from(_NODES)))


@pytest.mark.parametrize(("parents", "found"), [
    ({"a": "a"}, (("a",),)),
    ({"a": "b", "b": "a"}, (("a", "b"),)),
    ({"c": "a", "a": "b", "b": "c"}, (("a", "b", "c"),)),
    ({"a": "b", "b": "a", "c": "d", "d": "c", "e": "a"}, (("a", "b"), ("c", "d"))),
    ({"a": None, "b": "a", "c": "gone"}, ()),
])  # fmt: skip
def test_rings_are_told_from_their_oldest_member(
    parents: dict[str, str | None], found: tuple[tuple[str, ...], ...]
) -> None:
    assert rings(parents) == found


@given(PARENTS)
def test_after_the_cut_everybody_has_a_top(parents: dict[str, str | None]) -> None:
    tree = cut(parents)
    assert tree.keys() == parents.keys()
    for one in tree:
        at, steps = one, 0
        while tree[at] is not None:
            at, steps = str(tree[at]), steps + 1
            assert steps <= len(tree)


@given(PARENTS, st.randoms())
def test_the_cut_does_not_depend_on_the_order(parents: dict[str, str | None], random: object) -> None:
    shuffled = list(parents.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert cut(dict(shuffled)) == cut(parents)
    assert rings(dict(shuffled)) == rings(parents)


@given(PARENTS)
def test_one_link_is_left_out_of_each_ring_and_no_other(parents: dict[str, str | None]) -> None:
    tree = cut(parents)
    lost = {one for one, parent in parents.items() if parent in parents and tree[one] is None}
    assert lost == {ring[0] for ring in rings(parents)}


@given(PARENTS)
def test_all_are_listed_once_with_their_parts_below_them(parents: dict[str, str | None]) -> None:
    tree = cut(parents)
    ordered = in_order(list(tree), tree)
    assert sorted(one for one, _depth in ordered) == sorted(tree)
    place = {one: n for n, (one, _depth) in enumerate(ordered)}
    depth = dict(ordered)
    for one, parent in tree.items():
        if parent is not None:
            assert place[parent] < place[one]
            assert depth[one] == depth[parent] + 1


def test_nothing_may_become_a_part_of_its_own_parts() -> None:
    parents = {"a": None, "b": "a", "c": "b", "d": None}
    assert beneath(parents, "a") == {"a", "b", "c"}
    assert beneath(parents, "d") == {"d"}
    assert beneath({"a": "b", "b": "a"}, "a") == {"a", "b"}


def test_what_is_not_listed_does_not_hide_its_parts() -> None:
    assert in_order(["c", "b"], {"a": None, "b": "a", "c": "b"}) == [("b", 0), ("c", 1)]
