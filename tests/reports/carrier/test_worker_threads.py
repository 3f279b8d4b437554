"""A dispatch is sealed and read in a worker thread of the server as in the main one: neither has an event loop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from server.reports import carrier


def test_sealing_gives_the_same_bytes_in_a_worker_thread(create_dispatch, blank_pages):
    with ThreadPoolExecutor(1) as worker:
        elsewhere = worker.submit(create_dispatch, blank_pages).result()
        assert worker.submit(carrier.open_sealed, elsewhere).result().payload
    assert elsewhere == create_dispatch(blank_pages)
