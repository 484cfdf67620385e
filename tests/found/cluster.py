"""Kind G: a Redis Cluster whose slots move."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# NOTE: pytest has the folder in its path; `python -m found` has not.
sys.path.append(str(Path(__file__).parent.parent / "faults"))

from found.rows import Place, row
from moving import Masters, Move, Mover
from servers import Http, running
from workers import Consumer, Producer, Writer, items_of

_RECORD = "b9y:{0}:user"


@contextmanager
def _on_cluster(place: Path, *settings: str) -> Iterator[tuple[Masters, Http]]:
    masters = Masters(place, *settings)
    try:
        with running(
            "serve", "--data-dir", str(place / "data"), "--redis-url", masters.url,
            "--workers", "1", BAMBLEWEENY_ADMIN_PASSWORD="x",
        ) as server, Http(server.url, server.token(password="x")) as http:  # fmt: skip
            yield masters, http
    finally:
        masters.stop()


@row(
    "G1",
    "move the slot of a user from node to node while it writes keys, pushes, leases and acknowledges",
    before="500 'non local key'; 27 of 3,000 acknowledged items and several keys gone",
    right="503 with Retry-After at worst, nothing lost, nothing done twice",
)
def a_slot_moves(place: Place) -> str:
    with _on_cluster(place.directory / "G1") as (masters, http):
        port, go_on = int(http.url.rpartition(":")[2]), threading.Event()
        go_on.set()
        writers = [Writer(port, http.token, number, 150) for number in range(2)]
        producer = Producer(port, http.token, 0, 120)
        consumer = Consumer(port, http.token, go_on, vanishing=0)
        mover = Mover(masters, [_RECORD], step=0.003, rest=0.05)
        workers = (*writers, producer, consumer)
        for thread in (mover, *workers):
            thread.start()
        for worker in (*writers, producer):
            worker.join()
        go_on.clear()
        consumer.join()
        mover.stop()
        assert [worker.failed for worker in workers] == [None] * len(workers)
        left = [item["body"] for item in items_of(http, "jobs")]
        done = [*consumer.account.acknowledged.elements(), *left]
        assert sorted(done) == sorted(producer.account.pushed), "items are lost or doubled"
        for writer in writers:
            assert not writer.wrong, writer.wrong
            for name, value in writer.model.items():
                assert http.get(f"/keys/{name}").content == value, f"{name} is lost"
    refused = sum(worker.account.refused for worker in workers)
    return f"{mover.moves} moves, {refused} times 503, nothing lost or doubled"


@row(
    "G2",
    "have nodes redirect without a host; a slot that is on the move for a moment",
    before="an error",
    right="followed; tried again",
)
def redirections_without_a_host(place: Place) -> str:
    with _on_cluster(place.directory / "G2") as (masters, http):
        masters.hide_hosts("unknown-endpoint")
        assert http.put("/keys/a", data="1").status_code == 200
        move = Move(masters, _RECORD)
        move.open()
        move.carry(move.names())
        threading.Timer(0.1, move.close).start()
        answer = http.post("/incr/a")
        assert (answer.status_code, answer.text) == (200, "2"), answer.text
        assert masters.owner_of(move.slot) == move.target
        assert http.get("/keys/a").text == "2"
    return "200 after the move, at the other node"
