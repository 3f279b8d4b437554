"""Every way to change a record becomes a changeset: forms, bulk statements, raw SQL, other programs."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from server.db.session import write_session
from server.domain.activities.models import Activity
from server.sync import canonical, capture, doctor
from tests.sync.replicas import Node, make_node, moment


@pytest.fixture
def node() -> Node:
    return make_node("one")


def last_change(node: Node) -> canonical.Changeset:
    return canonical.decode(node.raws()[-1])


def healthy(node: Node) -> bool:
    with node.engine.connect() as connection:
        return doctor.examine(connection) == ()


def test_a_new_record_is_one_changeset_with_what_it_holds(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch", "women": 3})
    change = last_change(node)
    assert change.scope == "office:office-a"
    assert (change.person, change.office, change.device) == ("Officer of office-a", "office-a", "device-one")
    assert (change.seq, change.prev, change.depth, change.claimed, change.doubt) == (1, None, 1, 1_700_000_000, 0)
    (op,) = change.ops
    assert op == canonical.Op("activity", "a", {"title": "Launch", "women": 3, "office": "office-a"})


def test_an_edit_names_what_it_changed_and_what_it_replaced(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch", "women": 3})
    first = last_change(node)
    node.put("activity", "a", {"women": 4, "title": "Launch"})
    (op,) = last_change(node).ops
    assert (op.values, op.preds) == ({"women": 4}, {"women": [first.id]})
    assert last_change(node).prev == first.id


def test_a_field_filled_for_the_first_time_is_tied_to_its_record(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch"})
    first = last_change(node)
    node.put("activity", "a", {"narrative": "Words"})
    (op,) = last_change(node).ops
    assert (op.preds, op.seen) == ({}, [first.id])


def test_a_save_that_changes_nothing_writes_nothing(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch"})
    assert node.put("activity", "a", {"title": "Launch"}) == []


def test_there_and_back_in_one_transaction_writes_nothing(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch"})
    with write_session(node.engine, node.author) as session:
        session.execute(sa.text("UPDATE activity SET title='Other'"))
        session.execute(sa.text("UPDATE activity SET title='Launch'"))
        session.execute(sa.text("INSERT INTO activity(id,office,title) VALUES('b','office-a','gone again')"))
        session.execute(sa.text("DELETE FROM activity WHERE id='b'"))
    assert len(node.raws()) == 1


def test_one_transaction_is_one_changeset_per_scope() -> None:
    hq = make_node("hq", office="office-hq", hq=True)
    with write_session(hq.engine, hq.author) as session:
        session.execute(sa.text("INSERT INTO agency(id,office,code) VALUES('undp','office-hq','UNDP')"))
        session.execute(sa.text("INSERT INTO activity(id,office,title) VALUES('a','office-hq','One')"))
        session.execute(sa.text("INSERT INTO attendance(id,office,activity_id) VALUES('n','office-hq','a')"))
    changes = [canonical.decode(raw) for raw in hq.raws()]
    assert sorted((change.scope, len(change.ops)) for change in changes) == [("framework", 1), ("office:office-hq", 2)]


def test_the_orm_is_captured_and_calculated_columns_do_not_travel(node: Node) -> None:
    with write_session(node.engine, node.author) as session:
        session.add(Activity(id="a", office="office-a", title="Launch", date_from="2014-04"))
    (op,) = last_change(node).ops
    assert op.values == {"office": "office-a", "title": "Launch", "date_from": "2014-04"}
    assert node.row("activity", "a")["starts"] == "2014-04-01"


def test_a_bulk_update_is_captured_row_by_row(node: Node) -> None:
    for number in range(5):
        node.put("activity", f"a{number}", {"title": f"Title {number}", "position": number})
    with write_session(node.engine, node.author) as session:
        session.execute(sa.update(Activity).where(Activity.position > 1).values(in_report=1))
    assert sorted(op.row for op in last_change(node).ops) == ["a2", "a3", "a4"]
    assert healthy(node)


def test_a_bulk_load_is_cut_into_changesets_of_bounded_size(node: Node) -> None:
    with write_session(node.engine, node.author) as session:
        rows = [{"id": f"a{n}", "office": "office-a", "title": str(n)} for n in range(capture.MOST_OPS + 5)]
        session.execute(sa.insert(Activity), rows)
    changes = [canonical.decode(raw) for raw in node.raws()]
    assert [len(change.ops) for change in changes] == [capture.MOST_OPS, 5]
    assert changes[1].prev == changes[0].id
    assert healthy(node)


def test_a_save_that_fails_leaves_nothing(node: Node) -> None:
    def fail() -> None:
        with write_session(node.engine, node.author) as session:
            session.execute(sa.text("INSERT INTO activity(id,office,title) VALUES('a','office-a','x')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert node.raws() == []
    assert node.put("activity", "b", {"title": "y"})
    assert len(last_change(node).ops) == 1


def test_what_another_program_wrote_becomes_a_repair(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch", "women": 3})
    node.sql("UPDATE activity SET title='By a browser', women=women+1")
    node.sql("INSERT INTO activity(id,title) VALUES('b','No office, no flag')")
    assert not healthy(node)
    (change,) = node.repair()
    assert change.more == {"kind": "repair"}
    values = {op.row: op.values for op in change.ops}
    assert values == {
        "a": {"title": "By a browser", "women": 4},
        "b": {"title": "No office, no flag", "office": "office-a"},
    }
    assert node.row("activity", "b")["office"] == "office-a"
    assert healthy(node)
    assert node.repair() == []


def test_a_row_removed_by_another_program_comes_back_deleted(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch", "women": 3})
    node.sql("DELETE FROM activity WHERE id='a'")
    (change,) = node.repair()
    assert change.ops[0].deletes
    assert (node.row("activity", "a")["title"], node.row("activity", "a")["deleted"]) == ("Launch", 1)
    assert healthy(node)


def test_a_row_replaced_as_a_whole_is_what_differs(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch", "women": 3})
    node.sql("INSERT OR REPLACE INTO activity(id,office,deleted,title) VALUES('a','office-a',0,'Launch')")
    (change,) = node.repair()
    assert change.ops[0].values == {"women": None}
    assert healthy(node)


def test_a_changed_key_is_a_removal_and_a_new_record(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch"})
    node.sql("UPDATE activity SET id='b' WHERE id='a'")
    node.repair()
    assert (node.row("activity", "a")["deleted"], node.row("activity", "b")["title"]) == (1, "Launch")
    assert healthy(node)


def test_a_record_does_not_change_hands(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch"})
    node.sql("UPDATE activity SET office='office-b', women=1")
    (change,) = node.repair()
    assert change.ops[0].values == {"women": 1}
    assert node.row("activity", "a")["office"] == "office-a"
    assert healthy(node)


def test_bytes_that_are_no_text_are_read_as_replacement_characters(node: Node) -> None:
    node.put("activity", "a", {"title": "Launch"})
    node.sql("UPDATE activity SET title=CAST(x'4bff41' AS TEXT)")
    (change,) = node.repair()
    assert change.ops[0].values == {"title": "K\ufffdA"}
    assert healthy(node)


def test_before_the_replica_has_a_name_notes_wait(node: Node) -> None:
    node.sql("DELETE FROM sync_replica")
    with write_session(node.engine, node.author) as session:
        session.execute(sa.text("INSERT INTO activity(id,office,title) VALUES('a','office-a','Early')"))
    assert node.raws() == []
    node.sql("INSERT INTO sync_replica VALUES(1,'programme','office-a','device','" + "0" * 32 + "',0,0)")
    assert len(node.repair()) == 1
    assert healthy(node)


@pytest.mark.parametrize("seconds", [0, 4_070_908_800])
def test_a_clock_that_cannot_be_right_is_doubted_but_nothing_is_refused(node: Node, seconds: int) -> None:
    node.put("activity", "a", {"title": "Launch"})
    node.clock = moment(seconds)
    node.put("activity", "a", {"title": "Later"})
    assert (last_change(node).claimed, last_change(node).doubt) == (seconds, 1)
    node.clock = moment(1_700_000_100)
    node.put("activity", "a", {"title": "Again"})
    assert last_change(node).doubt == 0
