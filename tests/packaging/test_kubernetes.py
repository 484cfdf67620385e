"""The Kubernetes manifests: they follow the schemas, and agree with the program and each other."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import bambleweeny
import kubernetes_validate
import pytest
import yaml
from bambleweeny.config import Config, load_config
from bambleweeny.options import PREFIX
from engines import LOCAL, RedisServer
from servers import Http, running

ROOT = Path(__file__).parents[2]
REPLICAS = ROOT / "packaging" / "kubernetes.yaml"
VOLUME = ROOT / "packaging" / "kubernetes-pvc.yaml"
PATHS = yaml.safe_load((ROOT / "app/bambleweeny/openapi.yaml").read_text("utf-8"))["paths"]
INSTALL = (ROOT / "app/bambleweeny/guide/install.md").read_text("utf-8")
OLDEST = "1.30"
KINDS = {
    REPLICAS: ["Secret", "Deployment", "Service", "PodDisruptionBudget"],
    VOLUME: ["PersistentVolumeClaim", "Deployment", "Service"],
}

pytestmark = pytest.mark.parametrize("file", KINDS, ids=lambda file: file.stem)


def objects(file: Path) -> dict[str, Any]:
    """Give the objects of a manifest by their kinds, of which it has one each."""
    return {item["kind"]: item for item in yaml.safe_load_all(file.read_text("utf-8"))}


def pod_of(file: Path) -> dict[str, Any]:
    pod: dict[str, Any] = objects(file)["Deployment"]["spec"]["template"]["spec"]
    return pod


def container_of(file: Path) -> dict[str, Any]:
    [container] = pod_of(file)["containers"]
    return container


def variables_of(file: Path, **secrets: str) -> dict[str, str]:
    """Give the variables that a container gets with such a Secret."""
    found = {}
    for item in container_of(file)["env"]:
        reference = item.get("valueFrom", {}).get("secretKeyRef")
        if reference is None:
            found[item["name"]] = item["value"]
        elif reference["key"] in secrets:
            found[item["name"]] = secrets[reference["key"]]
        else:
            assert reference["optional"], item["name"]
    return found


def listen_of(file: Path) -> str:
    [value] = [
        item["value"] for item in container_of(file)["env"] if item["name"] == f"{PREFIX}LISTEN"
    ]
    return str(value)


@pytest.fixture
def secrets(file, tmp_path) -> Iterator[dict[str, str]]:
    """What has to be in the Secret, with a Redis where the manifest wants one."""
    if file == VOLUME:
        yield {"admin-password": "changeme"}
        return
    engine = RedisServer(tmp_path)
    yield {"redis-url": f"redis://{LOCAL}:{engine.port}/0", "admin-password": "changeme"}
    engine.stop()


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_it_follows_the_schemas(file, version):
    documents = list(yaml.safe_load_all(file.read_text("utf-8")))
    assert [item["kind"] for item in documents] == KINDS[file]
    for item in documents:
        kubernetes_validate.validate(item, version, strict=True)


def test_a_wrong_field_would_be_told(file):
    wrong = objects(file)["Deployment"]
    wrong["spec"]["template"]["spec"]["containers"][0]["livenessProbes"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="livenessProbes"):
        kubernetes_validate.validate(wrong, OLDEST, strict=True)


def test_no_object_names_a_namespace(file):
    assert not [item for item in objects(file).values() if "namespace" in item["metadata"]]


def test_everything_finds_the_pods(file):
    found = objects(file)
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    if file == REPLICAS:
        assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
        [spread] = pod_of(file)["topologySpreadConstraints"]
        assert spread["labelSelector"]["matchLabels"] == labels


def test_probes_and_service_lead_to_the_port_that_is_listened_on(file):
    container = container_of(file)
    [port] = container["ports"]
    assert listen_of(file) == f"0.0.0.0:{port['containerPort']}"
    [outside] = objects(file)["Service"]["spec"]["ports"]
    assert outside["targetPort"] == port["name"]
    for probe, path in (
        ("startup", "/healthz"),
        ("liveness", "/healthz"),
        ("readiness", "/readyz?reads"),
    ):
        asked = container[f"{probe}Probe"]["httpGet"]
        assert asked == {"path": path, "port": port["name"]}
        place, _, parameter = path.partition("?")
        known = [item["name"] for item in PATHS[place]["get"].get("parameters", ())]
        assert not parameter or parameter in known


def test_variables_are_those_of_options_and_their_values_are_understood(file):
    names = {PREFIX + column.name.upper() for column in fields(Config)}
    given = variables_of(file, **{"redis-url": "redis://r:6379/0", "admin-password": "x"})
    assert set(given) <= names
    config = load_config({}, given)
    assert str(config.data_dir) == "/data"
    assert config.workers == 2
    assert config.answered_hosts is None


def test_the_pod_may_do_as_little_as_can_be(file):
    pod, container = pod_of(file), container_of(file)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["runAsGroup"] == 65532
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False


def test_what_is_written_to_is_a_volume(file):
    mounts = {mount["mountPath"]: mount["name"] for mount in container_of(file)["volumeMounts"]}
    volumes = {volume.pop("name"): volume for volume in pod_of(file)["volumes"]}
    assert set(mounts) == {"/data", "/tmp"}
    assert set(mounts.values()) == set(volumes)
    assert "emptyDir" in volumes[mounts["/tmp"]]
    if file == VOLUME:
        claim = volumes[mounts["/data"]]["persistentVolumeClaim"]["claimName"]
        assert claim == objects(file)["PersistentVolumeClaim"]["metadata"]["name"]
        assert pod_of(file)["securityContext"]["fsGroup"] == 65532
    else:
        assert "emptyDir" in volumes[mounts["/data"]]


def test_it_has_time_to_end_and_two_servers_never_share_a_directory(file):
    spec = objects(file)["Deployment"]["spec"]
    stop = container_of(file).get("lifecycle", {}).get("preStop", {})
    assert pod_of(file)["terminationGracePeriodSeconds"] > 12 + stop.get("sleep", {}).get(
        "seconds", 0
    )
    shape = (spec["replicas"], spec["strategy"].get("type"))
    assert shape == ((1, "Recreate") if file == VOLUME else (2, None))


def test_the_image_is_of_this_version(file):
    assert container_of(file)["image"] == f"bambleweeny:{bambleweeny.__version__}"


def test_the_placeholder_secret_is_refused_with_a_sentence(file, tmp_path):
    placeholders = objects(file).get("Secret", {}).get("stringData", {})
    assert set(placeholders) == ({"redis-url", "admin-password"} if file == REPLICAS else set())
    if not placeholders:
        return
    done = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "serve", "--data-dir", str(tmp_path)],
        env=variables_of(file, **placeholders), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert re.fullmatch(r"bambleweeny: BAMBLEWEENY_REDIS_URL: .*\n", done.stderr), done.stderr


def test_the_command_that_leaves_out_the_placeholder_does_that_alone(file):
    command = ["sed", "1,/^---$/d"]
    assert f"sed '{command[1]}' {REPLICAS.relative_to(ROOT)} | kubectl apply" in INSTALL
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=True)
    left = [item["kind"] for item in yaml.safe_load_all(done.stdout)]
    assert left == KINDS[file][1:]


def test_what_it_starts_answers_probes_and_clients_under_every_name(file, secrets, tmp_path):
    given = variables_of(file, **secrets)
    listen = listen_of(file).replace("8080", "0")
    with running("serve", "--data-dir", str(tmp_path / "data"), listen=listen, **given) as server:
        server.url = server.url.split()[0]
        for probe in ("startup", "liveness", "readiness"):
            path = container_of(file)[f"{probe}Probe"]["httpGet"]["path"]
            with Http(server.url) as kubelet:
                assert kubelet.get(path, headers={"Host": "10.0.0.7:8080"}).status_code == 200
        with Http(server.url, server.token()) as http:
            assert http.put("/keys/foo", data=b"bar", headers={"Host": "bambleweeny"}).ok
