"""The state that an admin sees."""

from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.server_state import ServerState
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.core.topics import Bounds


def test_the_state_is_that_of_all_workers():
    now = [100.0]
    counters = SharedCounters(3, lambda: now[0])
    first, second = (Metrics(counters.part(number)) for number in (0, 1))
    first.change_waits(+2)
    second.change_waits(+1)
    now[0] += 61.9
    shown = ServerState(second, (10, 20), Bounds(30, 40, 50), 64, 60).shown(1000)
    assert (shown["uptime"], shown["workers"]) == (61, 3)
    assert shown["waits"] == {"used": 3, "max": 192}
    assert shown["limits"] == {
        "max_body": 1000, "max_list_items": 10, "max_list_bytes": 20, "max_topic_messages": 30,
        "topic_age": 40, "max_topic_bytes": 50, "max_waits": 64, "token_expiry": 60,
    }  # fmt: skip
