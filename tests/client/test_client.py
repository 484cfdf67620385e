"""What a client can ask of the server itself."""

import subprocess
import sys
from importlib.resources import files

import bambleweeny

USE = """
from bambleweeny import Client

with Client(token="x") as client:
    a: int = client.incr("n")
    b: bytes = client.get("a")
    item = client.pop("l", wait="20s")
    c: str = item.text() if item is not None else ""
    with client.batch() as batch:
        d = batch.incr("n")
        e = batch.pop("l")
    f: int = d.value
    g: bytes | None = e.value
    h: list[str] = [entry.name for entry in client.keys.list(prefix="x")]
    i: dict[str, bytes] = {**client.keys.get_many(h)}
    client.set("a", 1)
"""


def test_it_tells_of_the_server(client):
    assert client.about()["version"] == bambleweeny.__version__
    assert client.health() == {"info": "ok"}
    assert client.ready() == client.ready(reads=True) == {"info": "ready"}
    assert 'bambleweeny_requests_total{method="GET",route="/healthz"' in client.metrics()
    assert client.openapi()["info"]["title"] == "Bambleweeny"
    assert client.info()["redis_dbsize"] > 0
    assert client.save() is None


def test_the_same_words_stand_on_the_client_and_on_its_nouns(client):
    client.set("a", "1")
    assert client.get("a") == client.keys.get("a") == b"1"
    assert [client.incr("a"), client.keys.incr("a")] == [2, 3]
    client.push("l", "x")
    client.lists.push("l", "y")
    assert [client.lists.pop("l"), client.pop("l")] == [b"x", b"y"]
    client.delete("a")
    assert list(client.keys) == []


def test_its_types_are_told_to_those_who_use_it(tmp_path):
    assert (files("bambleweeny") / "py.typed").is_file()
    (tmp_path / "use.py").write_text(USE, "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(tmp_path / "use.py")],
        capture_output=True, text=True, timeout=100, check=False, cwd=tmp_path,
    )  # fmt: skip
    errors = told.stdout.splitlines()[:-1]
    assert len(errors) == 1, told.stdout
    assert 'Argument 2 to "set" of "Client" has incompatible type "int"' in errors[0]
