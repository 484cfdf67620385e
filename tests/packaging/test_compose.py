"""The Compose file: it follows the specification, and what it starts works together."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from bambleweeny.config import Config
from bambleweeny.options import PREFIX
from engines import LOCAL, free_port
from servers import Http, running
from tools import need, redis_tools_first

FILE = Path(__file__).parents[2] / "packaging" / "compose.yaml"
GIVEN = {"REDIS_PASSWORD": "5ecret", "ADMIN_PASSWORD": "changeme"}
PLACEHOLDER = "redis:6379"


def configured(**variables: str) -> subprocess.CompletedProcess[str]:
    """Have Compose read the file, with these variables and no others."""
    need("docker-compose")
    return subprocess.run(
        ["docker-compose", "--file", str(FILE), "config"],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services as Compose understands them."""
    done = configured(**GIVEN)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)["services"]
    return found


@contextmanager
def redis_of(service: dict[str, Any], place: Path) -> Iterator[int]:
    """Run the service's own command in a directory; give its port when its health check passes."""
    port = free_port()
    *shell, script = [part.replace("$$", "$") for part in service["command"]]
    script = script.replace("redis-server -", f"redis-server - --port {port} --bind {LOCAL}")
    [_, check] = service["healthcheck"]["test"]
    check = check.replace("$$", "$").replace("redis-cli", f"redis-cli -p {port}")
    env = {"PATH": redis_tools_first(os.environ["PATH"]), **service["environment"]}
    with (place / "log").open("ab") as log:
        process = subprocess.Popen([*shell, script], env=env, cwd=place, stdout=log, stderr=log)
    try:
        while subprocess.call(["sh", "-c", check], env=env, stderr=subprocess.DEVNULL):
            assert process.poll() is None, (place / "log").read_text()
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def variables_of(service: dict[str, Any], port: int) -> dict[str, str]:
    return {
        name: text.replace(PLACEHOLDER, f"{LOCAL}:{port}")
        for name, text in service["environment"].items()
    }


@pytest.mark.parametrize("missing", GIVEN)
def test_a_password_that_is_not_given_is_asked_for(missing):
    done = configured(**{name: text for name, text in GIVEN.items() if name != missing})
    assert done.returncode != 0
    assert f"${{{missing}:?" in done.stderr


def test_there_are_two_servers_with_ports_of_their_own_and_a_redis_without(services):
    assert set(services) == {"one", "two", "redis"}
    ports = [services[name]["ports"] for name in ("one", "two")]
    assert ports == [["127.0.0.1:8080:8080/tcp"], ["127.0.0.1:8081:8080/tcp"]]
    assert "ports" not in services["redis"]
    assert services["redis"]["volumes"] == ["redis:/data:rw"]
    same = [{**services[name], "ports": None} for name in ("one", "two")]
    assert same[0] == same[1]


def test_every_service_may_do_as_little_as_can_be(services):
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"


def test_the_servers_wait_for_redis_and_have_time_to_end(services):
    for name in ("one", "two"):
        assert services[name]["depends_on"] == {"redis": {"condition": "service_healthy"}}
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > 12
        assert services[name]["image"] == "bambleweeny:1.1.0"
        # NOTE: a registry's image of this name is somebody else's.
        assert services[name]["pull_policy"] == "never"
        assert {"/data", "/tmp"} <= set(services[name]["tmpfs"])
        assert "healthcheck" not in services[name], "the image has one"


def test_the_variables_are_those_of_options():
    names = {PREFIX + column.name.upper() for column in fields(Config)} | {f"{PREFIX}IMAGE"}
    assert set(re.findall(rf"{PREFIX}\w+", FILE.read_text("utf-8"))) <= names


def test_what_it_starts_is_one_instance_whose_data_survive(services, tmp_path):
    with redis_of(services["redis"], tmp_path) as port:
        with (
            running("serve", **variables_of(services["one"], port)) as one,
            running("serve", **variables_of(services["two"], port)) as two,
        ):
            token = one.token()
            with Http(one.url, token) as first, Http(two.url, token) as second:
                assert first.put("/keys/foo", data=b"bar").ok
                assert second.get("/keys/foo").content == b"bar"
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    with redis_of(services["redis"], tmp_path) as port:
        with running("serve", **variables_of(services["two"], port)) as two:
            with Http(two.url, two.token()) as http:
                assert http.get("/keys/foo").content == b"bar"


def test_a_full_redis_refuses_and_drops_nothing(services, tmp_path):
    with redis_of(services["redis"], tmp_path) as port:
        with redis.Redis(port=port, password=GIVEN["REDIS_PASSWORD"]) as raw:
            limits = raw.config_get("maxmemory*")
            assert (limits["maxmemory"], limits["maxmemory-policy"]) == (
                str(256 << 20),
                "noeviction",
            )
