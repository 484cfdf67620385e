"""The image: small, and content with any user, a read-only root and an engine elsewhere."""

import gzip
import json
import subprocess
import tarfile
from collections.abc import Iterator

import b9y
import pytest
from selftest import CONFINED, Image
from tools import redis_tool

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def images(image_archive, tmp_path) -> Iterator:
    made = []

    def make(*flags: str) -> Image:
        (place := tmp_path / str(len(made))).mkdir()
        made.append(Image(image_archive, place, *flags))
        return made[-1]

    yield make
    for image in made:
        image.remove()


@pytest.fixture
def redis_server(tmp_path) -> Iterator[str]:
    executable = redis_tool("redis-server")
    socket = tmp_path / "redis.sock"
    process = subprocess.Popen(
        [
            executable,
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--unixsocketperm",
            "777",
            "--save",
            "",
        ],
        stdout=subprocess.DEVNULL,
    )
    yield str(socket)
    process.terminate()
    process.wait()


def test_its_size_is_bounded(image_archive):
    assert image_archive.stat().st_size <= 45_000_000
    assert len(gzip.compress(image_archive.read_bytes())) <= 20_000_000


def test_it_says_how_it_is_to_be_run(image_archive):
    with tarfile.open(image_archive) as archive:
        [manifest] = json.load(archive.extractfile("manifest.json"))
        config = json.load(archive.extractfile(manifest["Config"]))["config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["/app/bambleweeny"]
    assert config["Cmd"] == ["serve"]
    assert list(config["ExposedPorts"]) == ["8080/tcp"]
    assert list(config["Volumes"]) == ["/data"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/app/bambleweeny", "health"]
    assert {"BAMBLEWEENY_LISTEN=0.0.0.0:8080", "BAMBLEWEENY_DATA_DIR=/data"} <= set(config["Env"])


@pytest.mark.parametrize("user", ["12345:12345", "12345", "0:0"])
def test_it_runs_as_any_user(images, user):
    image = images(*CONFINED, f"--user={user}")
    server = image.start("serve")
    client = b9y.B9y(server.url, "admin", image.admin_password())
    assert client.set("foo", "bar")
    assert client.get("foo") == "bar"
    assert image.stop(server) == 0
    assert server.is_gone()


def test_data_outlive_a_container(images):
    image = images(*CONFINED)
    server = image.start("serve")
    b9y.B9y(server.url, "admin", image.admin_password()).set("foo", "bar")
    assert image.stop(server) == 0
    server = image.start("serve")
    assert b9y.B9y(server.url, "admin", image.admin_password()).get("foo") == "bar"
    assert image.stop(server) == 0


def test_it_uses_an_engine_elsewhere(images, redis_server):
    image = images(*CONFINED, f"--volume={redis_server}:/redis.sock")
    server = image.start(
        "serve", BAMBLEWEENY_REDIS_URL="unix:///redis.sock", BAMBLEWEENY_ADMIN_PASSWORD="secret"
    )
    assert "redis.sock" in server.said["Data"]
    assert b9y.B9y(server.url, "admin", "secret").incr("visits") == "1"
    assert image.stop(server) == 0


def test_its_health_check_follows_the_server(images):
    image = images(*CONFINED)
    server = image.start("serve")
    listening = {"BAMBLEWEENY_LISTEN": server.url.removeprefix("http://")}
    assert image.exec("health", **listening) == 0
    assert image.exec("health", BAMBLEWEENY_LISTEN="127.0.0.1:1") == 1
    assert image.stop(server) == 0
