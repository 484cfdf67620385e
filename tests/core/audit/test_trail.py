"""The audit trail: its bounds, its order, and who sees what."""

import logging
import re
from contextlib import closing
from importlib.resources import files

import pytest
from bambleweeny.core.audit.entries import ACTIONS, Act, Actions
from bambleweeny.core.audit.first_a_minute import FirstAMinute
from bambleweeny.core.audit.trail import ALL, BEGINNING, AuditTrail
from bambleweeny.core.notify.streams import Streams
from bambleweeny.errors import InvalidRequest
from bambleweeny.store import open_store

EVERY = Actions()


@pytest.fixture
def trail(services, store, uli) -> AuditTrail:
    """A trail that keeps three entries of a user, and five of the instance."""
    return AuditTrail(store, services.audit._streams, most_of_user=3, most_of_instance=5)


def targets(entries) -> list[str]:
    return [entry.act.target for entry in entries]


def read_all(trail, user_id=ALL, actions=EVERY):
    return targets(trail.read(user_id, BEGINNING, 100, actions)[0])


def test_entries_are_read_in_order_with_all_fields(trail):
    act = Act("login", "ok", "uli", "1", "k3x9q2", "203.0.113.7", "5f3c", "x")
    trail.note(act, ["1"])
    [entry], last = trail.read("1", BEGINNING, 10, EVERY)
    assert (entry.act, entry.id) == (act, last)
    assert trail.read("1", last, 10, EVERY) == ([], last)
    assert trail.newest_id("1") == trail.newest_id("1") == last
    assert trail.newest_id("0") == BEGINNING


def test_each_stream_keeps_its_newest_entries(trail, raw):
    for number in range(9):
        trail.note(Act("export", target=f"{number}"), ["1"])
    assert read_all(trail, "1") == ["6", "7", "8"]
    assert read_all(trail) == ["4", "5", "6", "7", "8"]
    assert raw.xlen("b9y:{1}:audit") == 3
    assert raw.xlen("b9y:{audit}:audit") == 5


def test_a_flood_of_failures_drops_no_success(trail):
    trail.note(Act("login", target="kept"), ["1"])
    for number in range(50):
        trail.note(Act("login.refused", "wrong_login", target=f"{number}"), ["1"])
    trail.note(Act("login", target="last"), ["1"])
    assert read_all(trail, "1") == ["kept", "47", "48", "49", "last"]
    assert read_all(trail) == ["kept", "45", "46", "47", "48", "49", "last"]


def test_ids_rise_over_both_streams(trail):
    for number in range(6):
        trail.note(Act("login", "ok" if number % 2 else "wrong_login"), ["1"])
    ids = [entry.id for entry in trail.read("1", BEGINNING, 10, EVERY)[0]]
    assert len(set(ids)) == 6
    assert ids == sorted(ids, key=lambda one: tuple(map(int, one.split("-"))))


def test_pages_and_the_newest_have_no_gap(services, uli):
    trail = services.audit
    for number in range(9):
        trail.note(Act("login", "wrong_login" if number % 3 else "ok", target=f"{number}"), ["1"])
    seen, after = [], BEGINNING
    while page := trail.read("1", after, 2, EVERY)[0]:
        seen += targets(page)
        after = page[-1].id
    assert seen == [f"{number}" for number in range(9)]
    for count in range(1, 10):
        assert targets(trail.read_newest("1", count, EVERY)) == seen[-count:]
    assert targets(trail.read_newest("1", 99, EVERY)) == seen


def test_actions_select_themselves_and_those_below(services, uli):
    trail = services.audit
    for action in ("login", "login.refused", "logins", "export"):
        for _ in range(3):
            trail.note(Act(action, target=action), ["1"])
    assert read_all(trail, "1", Actions(["login"])) == ["login"] * 3 + ["login.refused"] * 3
    assert read_all(trail, "1", Actions(["export", "login.refused"])) == [
        *["login.refused"] * 3, *["export"] * 3,
    ]  # fmt: skip
    assert targets(trail.read_newest("1", 2, Actions(["login"]))) == ["login.refused"] * 2


@pytest.mark.parametrize(
    "names", [[""], ["LOGIN"], ["log"], ["login."], ["login", "foo"], ["*"], ["login"] * 21]
)
def test_bad_names_of_actions_are_refused(names):
    with pytest.raises(InvalidRequest, match="'action'"):
        Actions(names)


def test_each_action_and_each_group_can_be_selected():
    assert "export" not in Actions(["user", "login.refused"])
    for action in ACTIONS:
        assert action in Actions([action])
        assert action in Actions([action.partition(".")[0]])


def test_the_guide_has_just_the_known_actions():
    text = (files("bambleweeny") / "guide/audit.md").read_text("utf-8")
    table = text.partition("These are the actions:")[2].partition("An admin sees")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert re.findall("`([a-z_.]+)`", "".join(rows)) == [*ACTIONS]


def test_a_user_that_does_not_exist_gets_no_stream(services, raw):
    services.audit.note(Act("login", target="x"), ["99"])
    assert read_all(services.audit) == ["x"]
    assert raw.keys("b9y:{99}:*") == []


def test_a_deleted_user_leaves_no_trail(services, uli, raw):
    services.audit.note(Act("login", target="mine"), [uli.id])
    services.audit.note(Act("login", "wrong_login"), [uli.id])
    services.traffic.count(uli.id, 1, 1, 200)
    services.traffic.flush()
    assert len(raw.keys("b9y:{1}:*")) == 4  # with the record
    services.users.delete(uli.id)
    assert raw.keys("b9y:{1}:*") == []
    assert "mine" in read_all(services.audit)


def test_the_log_has_what_the_engine_has_not(services, caplog):
    away = AuditTrail(open_store("unix:///nowhere/engine.sock"), services.audit._streams)
    with caplog.at_level(logging.INFO, "bambleweeny.audit"):
        away.note(Act("login", actor='u"li\n', actor_id="1", address="203.0.113.7"), ["1"])
        away.note_of_name(Act("login.refused", "wrong_login", actor="\ud800"))
    text = [record.getMessage() for record in caplog.records]
    assert text[0] == 'audit: login by "u\\"li\\n" from 203.0.113.7: ok'
    assert text[1] == "an audit entry is only in the log: store_unavailable"
    assert caplog.records[0].user_id == "1"
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"] * 2


def test_a_long_field_is_cut(services):
    services.audit.note(Act("login.refused", "wrong_login", actor="x" * 5000))
    [entry] = services.audit.read(ALL, BEGINNING, 9, EVERY)[0]
    assert entry.act.actor == "x" * 253 + "..."


def test_a_refused_login_is_also_that_of_the_user(services, uli):
    services.audit.note_of_name(Act("login.refused", "wrong_login", "uli"))
    services.audit.note_of_name(Act("login.refused", "wrong_login", "nobody"))
    [entry] = services.audit.read("1", BEGINNING, 9, EVERY)[0]
    assert (entry.act.actor, entry.act.actor_id) == ("uli", "1")
    assert len(services.audit.read(ALL, BEGINNING, 9, EVERY)[0]) == 2


def test_the_first_in_a_minute_is_bounded():
    now = 0.0
    first = FirstAMinute(3, clock=lambda: now)
    assert [first.is_first(event) for event in "aabcd"] == [True, False, True, True, False]
    now = 59.9
    assert not first.is_first("a")
    now = 60.0
    assert first.is_first("d")
    assert first.is_first("a")


def test_strangers_hide_no_user(store, services, uli):
    audit = AuditTrail(
        store, Streams(services.waits), first_a_minute=lambda: FirstAMinute(clock=lambda: 0.0)
    )
    for number in range(1005):
        audit.note_first(Act("rate_limited", "x"), (), f"{number}", is_user=False)
    audit.note_first(Act("forbidden", "x", target="me"), ["1"], "1", is_user=True)
    assert read_all(audit, "1") == ["me"]
    assert len(audit.read(ALL, BEGINNING, 2000, EVERY)[0]) == 1001


def test_an_engine_that_refuses_to_publish_keeps_the_entries(
    services, uli, raw, engine_url, caplog
):
    raw.acl_setuser("mute", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-publish"])
    with closing(open_store(engine_url.replace("unix://", "unix://mute:x@"))) as mute:
        AuditTrail(mute, services.audit._streams).note(Act("login", target="kept"), ["1"])
    raw.acl_deluser("mute")
    assert read_all(services.audit, "1") == read_all(services.audit) == ["kept"]
    assert [one.getMessage() for one in caplog.records if one.levelname == "WARNING"] == []
