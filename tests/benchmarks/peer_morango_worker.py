"""One store of Morango in a process of its own: `peer_morango` starts it. Prints its seconds as one line of JSON.

    python peer_morango_worker.py PROJECT empty|fill|edit|receive DATABASE [FILE [RECORDS]]
"""

from __future__ import annotations

import gzip
import json
import sys
import time
import uuid
from pathlib import Path
from typing import Any


def set_up(project: Path, database: str) -> None:
    """Django with the one app of the project on that database."""
    import django
    from django.conf import settings

    sys.path.insert(0, str(project))
    settings.configure(
        SECRET_KEY="benchmark", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "mptt", "morango",
                        "peer"],
    )  # fmt: skip
    django.setup()
    from django.db import connection

    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.cursor().execute(f"PRAGMA {pragma}")


def empty() -> dict[str, float]:
    """The tables."""
    from django.core.management import call_command
    from morango.models.core import InstanceIDModel

    call_command("migrate", run_syncdb=True, verbosity=0)
    InstanceIDModel.get_or_create_current_instance()
    return {}


def fill(project: Path, file: Path) -> dict[str, float]:
    """Bring the records in and write all of them to be sent."""
    from django.db import transaction
    from peer.models import Activity

    _own_name()
    with transaction.atomic():
        for id, values in _work(project)[0]:
            Activity(key=id, **values).save()
    _serialised()
    file.write_bytes(_queued())
    return {}


def edit(project: Path, file: Path) -> dict[str, float]:
    """Save the edits, and write what the receiver of the records lacks."""
    from django.db import transaction
    from morango.models.certificates import Filter
    from morango.models.core import DatabaseMaxCounter
    from peer.models import Activity

    known = DatabaseMaxCounter.calculate_filter_specific_instance_counters(Filter(""), is_producer=False)
    edits = _work(project)[1]
    started = time.perf_counter()
    with transaction.atomic():
        for id, field, value in edits:
            record = Activity.objects.get(key=id)
            setattr(record, field, value)
            record.save()
    _serialised()
    taken = time.perf_counter() - started
    file.write_bytes(_queued(known))
    return {"capture": taken}


def receive(file: Path, records: int) -> dict[str, float]:
    """Take in a file: unpack, buffer, dequeue, deserialise."""
    from django.db import connection
    from morango.models.core import Buffer
    from morango.sync.operations import _dequeue_into_store, _deserialize_from_store
    from morango.sync.utils import validate_and_create_buffer_data
    from peer.models import Activity

    _own_name()
    transfer = _transfer(push=False)
    started = time.perf_counter()
    sent = json.loads(gzip.decompress(file.read_bytes()))
    for at in range(0, len(sent["records"]), _CHUNK):
        chunk = sent["records"][at : at + _CHUNK]
        for one in chunk:  # the session has its number from the receiver, who was asked for one first
            for part in (one, *one["rmcb_list"]):
                part["transfer_session"] = transfer.id
        validate_and_create_buffer_data(chunk, transfer)
    buffered, computed = time.perf_counter(), time.process_time()
    assert Buffer.objects.filter(transfer_session=transfer).count() == len(sent["records"])
    _dequeue_into_store(transfer, json.dumps(sent["counters"]))
    _deserialize_from_store("log")
    ended = time.perf_counter()
    assert Activity.objects.count() >= max(records, 1)
    connection.close()
    return {"whole": ended - started, "apply": ended - buffered, "computed": time.process_time() - computed}


#: records in one request, as Morango's own client asks for them
_CHUNK = 500


def _work(project: Path) -> Any:
    return json.loads((project / "work.json").read_text(encoding="utf-8"))


def _own_name() -> None:
    """A copied store is another laptop."""
    from morango.models.core import InstanceIDModel

    InstanceIDModel.objects.all().update(current=False)
    InstanceIDModel.objects.create(
        id=uuid.uuid4().hex, platform="", hostname="", sysversion="", node_id="", database=_database(), counter=0,
        current=True,
    )  # fmt: skip


def _database() -> Any:
    from morango.models.core import DatabaseIDModel

    return DatabaseIDModel.objects.get(current=True)


def _serialised() -> None:
    from morango.sync.operations import _serialize_into_store

    _serialize_into_store("log")


def _transfer(*, push: bool) -> Any:
    from django.utils import timezone
    from morango.models.core import SyncSession, TransferSession

    now = timezone.now()
    session = SyncSession.objects.create(
        id=uuid.uuid4().hex, start_timestamp=now, last_activity_timestamp=now, profile="log"
    )
    return TransferSession.objects.create(
        id=uuid.uuid4().hex, filter="", push=push, sync_session=session, start_timestamp=now,
        last_activity_timestamp=now, server_fsic="{}", client_fsic="{}",
    )  # fmt: skip


def _queued(known: Any = None) -> bytes:
    """What a receiver with those counters lacks, as it would be sent."""
    from morango.api.serializers import BufferSerializer
    from morango.models.certificates import Filter
    from morango.models.core import Buffer, DatabaseMaxCounter
    from morango.sync.operations import _queue_into_buffer_v1

    transfer = _transfer(push=True)
    mine = DatabaseMaxCounter.calculate_filter_specific_instance_counters(Filter(""), is_producer=True)
    transfer.client_fsic, transfer.server_fsic = json.dumps(mine), json.dumps(known or {})
    transfer.save()
    _queue_into_buffer_v1(transfer)
    records = BufferSerializer(Buffer.objects.filter(transfer_session=transfer), many=True).data
    sent = json.dumps({"counters": mine, "records": records}, default=str, separators=(",", ":"))
    return gzip.compress(sent.encode(), 9)


def main(project: str, what: str, database: str, *more: str) -> None:
    """One errand."""
    set_up(Path(project), database)
    if what == "empty":
        done = empty()
    elif what == "receive":
        done = receive(Path(more[0]), int(more[1]))
    else:
        done = (fill if what == "fill" else edit)(Path(project), Path(more[0]))
    from django.db import connection

    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
