"""Rules of which no released dispatch has a case, on changesets written by hand."""

import json
from typing import Any

import cbor2

from tests.reader.changesets import Changeset
from tests.reader.records import rebuild

OFFICE, OTHER = "3f0c1a52-9c1e-8a8b-b0a4-5a1f0a7e2c11", "7591347f-0ba7-80c1-8267-de1246910e2e"


def save(seq: int, prev: Changeset | None, ops: list[Any], refs: tuple[Changeset, ...] = (), **other: Any) -> Changeset:
    """A changeset of one office; the ops name `refs` by their place among the sorted ids."""
    office = other.get("office", OFFICE)
    depth = 1 + max((each.depth for each in [*refs, prev] if each), default=0)
    scope, incarnation = other.get("scope", f"office:{office}"), other.get("incarnation", b"i" * 16)
    signer = ["Officer", office, "laptop"]
    head = [1, incarnation, scope, seq, prev.id if prev else None, depth, sorted(each.id for each in refs), signer]
    return Changeset(cbor2.dumps([*head, 1400054400, 0, [1, "0.1.0"], ops, {}], canonical=True))


def test_a_deletion_hides_what_it_saw_and_nothing_else() -> None:
    made = save(1, None, [["activity", "a", {"office": OFFICE, "title": "One"}, {}, []]])
    gone = save(2, made, [["activity", "a", {"deleted": 1}, {}, [0]]], (made,))
    assert rebuild([made, gone])[0]["activity", "a"].hidden
    edit = save(1, None, [["activity", "a", {"title": "Two"}, {"title": [0]}, []]], (made,), incarnation=b"j" * 16)
    records, issues = rebuild([edit, gone, made])
    assert not records["activity", "a"].hidden
    assert records["activity", "a"].values == {"deleted": 0, "office": OFFICE, "title": "Two"}
    assert [each["issue"] for each in issues] == ["delete"]
    assert issues[0]["info"] == {"deletes": [gone.id], "edits": [edit.id]}


def test_the_deepest_head_shows_and_then_the_greatest() -> None:
    made = save(1, None, [["activity", "a", {"office": OFFICE, "title": "One"}, {}, []]])
    heads = [
        save(1, None, [["activity", "a", {"title": text}, {"title": [0]}, []]], (made,), incarnation=text.encode() * 16)
        for text in "xyz"
    ]
    records, issues = rebuild([*heads, made])
    assert records["activity", "a"].values["title"] == max(heads, key=lambda each: each.id).ops[0].values["title"]
    assert [each["issue"] for each in issues] == ["value"]
    then = ["activity", "a", {"title": "deep"}, {"title": [0]}, []]
    deep = save(2, heads[0], [then], (heads[0],), incarnation=b"x" * 16)
    assert rebuild([made, deep, *heads])[0]["activity", "a"].values["title"] == "deep"


def test_ops_that_do_not_count_and_forks() -> None:
    made = save(1, None, [["activity", "a", {"office": OFFICE, "title": "One"}, {}, []]])
    wrong = {
        "author": save(1, None, [["activity", "b", {"office": OFFICE}, {}, []]], office=OTHER, scope=made.scope),
        "table": save(1, None, [["country", "b", {"office": OTHER}, {}, []]], office=OTHER),
        "foreign": save(1, None, [["activity", "a", {"title": "x"}, {"title": [0]}, []]], (made,), office=OTHER),
        "owner": save(1, None, [["activity", "b", {"title": "x"}, {}, []]], office=OTHER),
    }
    for why, each in wrong.items():
        records, issues = rebuild([made, each])
        assert [issue["info"] for issue in issues if issue["issue"] == "quarantine"] == [{"reason": why}]
        assert list(records) == [("activity", "a")]
    other = save(1, None, [["activity", "c", {"office": OFFICE}, {}, []]])
    assert [issue["issue"] for issue in rebuild([made, other])[1]] == ["fork"]


def test_nobody_is_headquarters_by_what_a_record_says() -> None:
    office = save(1, None, [["office", OFFICE, {"office": OFFICE, "kind": "hq"}, {}, []]], scope="framework")
    assert rebuild([office])[1][0]["info"] == {"reason": "author"}
    assert rebuild([office], {OFFICE})[0]["office", OFFICE].values["kind"] == "hq"


def test_of_a_device_off_the_list_counts_what_the_cut_covers_and_what_was_adopted() -> None:
    made = [save(1, None, [["activity", "a", {"office": OFFICE, "title": "1"}, {}, []]])]
    for seq in (2, 3, 4):
        then = ["activity", "a", {"title": f"{seq}"}, {"title": [0]}, []]
        made.append(save(seq, made[-1], [then], (made[-1],)))
    beside = save(2, made[0], [["activity", "b", {"office": OFFICE, "title": "thief"}, {}, []]])
    cut = json.dumps({made[0].stream: [2, made[1].id.hex()]})
    hq = {"scope": "framework", "office": OTHER, "incarnation": b"h" * 16}
    word = save(1, None, [["device", "laptop", {"office": OTHER, "revoked": "2015-01-01", "revoked_cut": cut}, {}, []]],
                **hq)  # fmt: skip
    adopted = {"office": OTHER, "changeset": made[3].id.hex()}
    adoption = save(2, word, [["adopted_change", "x", adopted, {}, []]], **hq)
    records, issues = rebuild([*made, beside, word], {OTHER})
    assert records["activity", "a"].values["title"] == "2"
    assert ("activity", "b") not in records
    apart = {made[2].id.hex(), made[3].id.hex(), beside.id.hex()}
    assert {issue["field"] for issue in issues if issue["info"] == {"reason": "revoked"}} == apart
    assert rebuild([word, made[0], made[2]], {OTHER})[0]["activity", "a"].values["title"] == "1"
    records, _issues = rebuild([*made, beside, word, adoption], {OTHER})
    assert records["activity", "a"].values["title"] == "4"
