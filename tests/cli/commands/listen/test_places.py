"""What `listen` says of its list, and single dead items."""

import pytest
from receivers import kept


def dead(client, name, *bodies):
    for body in bodies:
        client.push(name, kept(body))
    leases = client.lists.lease(name, len(bodies))
    client.lists.change(name, bury=[item.lease for item in leases])
    return [item.id for item in leases]


def test_it_says_at_its_start_what_goes_where(client, hooks, receiver, typed):
    client.lists.set_policy(hooks, max_attempts=1)
    place = receiver.url.replace("//", "//me:s3cret@")
    typed("listen", hooks, "--to", f"{place}/hook?key=s3cret", "--idle", "0")
    assert typed.err == f"Listening to the list '{hooks}', sending to {receiver.url}/hook?...\n"
    bin = client.bins.create(hooks, {"name": "said"})
    typed("listen", "said", "--to", f"{place}/hook", "--idle", "0", "--json")
    assert typed.err == (
        f"Listening to the bin 'said' (list '{hooks}'), sending to {receiver.url}/hook\n"
    )
    client.bins.delete(bin.id)


def test_a_bin_comes_before_a_list(client, hooks, receiver, typed):
    bin = client.bins.create(hooks, {"name": "both"})
    client.push(bin.name, kept("of the list"))
    client.push(hooks, kept("of the bin"))
    typed("listen", bin.name, "--to", receiver.url, "--idle", "0")
    assert [got.body for got in receiver.received] == [b"of the bin"]
    client.lists.purge(bin.name)
    client.bins.delete(bin.id)


def test_a_list_that_is_not_there_yet_is_waited_for(client, hooks, receiver, listening, typed):
    process = listening(hooks, receiver.url, "--max", 1)
    assert process.stderr.readline().startswith("Listening to the list ")
    assert process.stderr.readline() == (
        f"There is no bin and no list '{hooks}' yet; waiting for the first item.\n"
    )
    client.push(hooks, kept("x"))
    assert process.wait(timeout=30) == 0
    assert process.stderr.read() == ""
    bin = client.bins.create(hooks)
    for word in (hooks, bin.id):
        typed("listen", word, "--to", receiver.url, "--idle", "0")
        assert len(typed.err.splitlines()) == 1
    client.bins.delete(bin.id)


def test_nothing_to_send(client, hooks, typed):
    client.lists.set_policy(hooks, max_attempts=1)
    for words, what in ((["--dead"], "dead"), (["--print", "curl"], "ready")):
        assert typed("listen", hooks, "--to", "http://x", *words) == ""
        assert typed.err == f"The list '{hooks}' has no {what} items.\n"
        typed("listen", f"{hooks}:x", "--to", "http://x", *words)
        assert typed.err == f"There is no bin and no list '{hooks}:x'.\n"


@pytest.mark.parametrize("dead_letter", [False, True])
def test_one_dead_item_is_delivered_and_deleted(client, hooks, receiver, typed, dead_letter):
    unsent = f"{hooks}:unsent" if dead_letter else hooks
    if dead_letter:
        client.lists.set_policy(hooks, dead_letter=unsent)
    dead(client, hooks, "one", "two")
    state = "ready" if dead_letter else "dead"
    first, second = (item.id for item in client.lists.items(unsent, state))
    words = ["listen", hooks, "--to", receiver.url, "--item", first]
    receiver.answer = lambda _: 500
    assert typed(*words, "--dead", status=1).endswith(f" ms, stays dead, item {first}\n")
    receiver.answer = lambda _: 200
    assert typed(*words).endswith(" ms\n")
    assert len([*client.lists.items(unsent, state)]) == 2
    assert typed(*words, "--dead").endswith(" ms\n")
    assert [item.id for item in client.lists.items(unsent, state)] == [second]
    assert {got.body for got in receiver.received} == {b"one"}
    typed(*words, "--dead", status=1)
    assert typed.err.startswith(f"bambleweeny: The list '{hooks}' has no item '{first}'.")


def test_an_item_that_is_not_dead_is_not_deleted(client, hooks, receiver, typed):
    unsent = f"{hooks}:unsent"
    client.lists.set_policy(hooks, dead_letter=unsent)
    item, other = client.push(hooks, kept("x")), client.push(unsent, kept("of another list"))
    typed("listen", hooks, "--to", receiver.url, "--dead", "--item", item, status=1)
    assert typed.err.startswith(f"bambleweeny: The item {item} is ready, not dead.\n")
    typed("listen", hooks, "--to", receiver.url, "--dead", "--item", other, status=1)
    assert typed.err.startswith(f"bambleweeny: The list '{hooks}' has no item '{other}'.\n")
    assert not receiver.received
    assert client.lists.stats(hooks)["ready"] == 1
