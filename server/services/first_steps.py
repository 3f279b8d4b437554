"""Which of the first steps were done in a folder, read from what lies in it: nobody has to tick them off."""

from __future__ import annotations

from server.base.paths import DataDir
from server.db.base import synced_models
from server.db.session import UnitSession
from server.domain.people.queries import OfficeFacts
from server.domain.records import visible
from server.services.backups import last_backup
from server.sync import acquaintance, inbox

#: steps of a country office whose mark is a record of its own: step -> table
_RECORDS = {"activity": "activity", "evidence": "document", "report": "report"}


def steps_done(session: UnitSession, office: OfficeFacts, data: DataDir) -> set[str]:
    """Keys of the steps that were done: activity, milestone, evidence, report, send and backup of a country office;
    invite, plan, receive, review, send and backup of headquarters."""
    connection = session.connection()
    own = office.id
    found = {
        "send": any(one.kind != "setup" for one in inbox.departures(connection)),
        "backup": last_backup(data) is not None,
    }
    if office.hq:
        found["invite"] = bool(acquaintance.invitations(session))
        found["plan"] = _any(session, "planned_activity")
        found["receive"] = bool(inbox.arrivals(connection, (inbox.IMPORTED,)))
        found["review"] = _any(session, "review", office=own)
    else:
        found["milestone"] = _any(session, "milestone", office=own, status=("in_progress", "done", "not_applicable"))
        found |= {step: _any(session, table, office=own) for step, table in _RECORDS.items()}
    return {step for step, done in found.items() if done}


def _any(session: UnitSession, table: str, **wanted: str | tuple[str, ...]) -> bool:
    """Whether there is a record like that."""
    model = synced_models()[table]
    columns = model.__table__.columns
    query = visible(model).with_only_columns(columns["id"])
    for name, value in wanted.items():
        query = query.where(columns[name].in_((value,) if isinstance(value, str) else value))
    return session.execute(query.limit(1)).first() is not None
