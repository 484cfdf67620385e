"""Bins with documents through the client."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from bambleweeny import Client
from bambleweeny.client import Bin
from bambleweeny.errors import (
    BambleweenyError,
    BinNameTaken,
    InvalidBin,
    InvalidName,
    InvalidRequest,
    InvalidSignature,
    NotFound,
    QuotaExceeded,
)

GITLAB = {"scheme": "gitlab", "secrets": ["s3"]}
HOOK = {"list": "hooks", "name": "gh", "keep": "request", "verify": GITLAB}
HIDDEN = {**HOOK, "verify": {**GITLAB, "secrets": ["[secret]"]}}


@pytest.fixture
def anybody(session_url, services):
    with Client(session_url) as client:
        yield client


def test_a_document_is_set_again_by_its_name(client, http):
    made = client.bins.set(HOOK)
    named = "/bins/@admin/gh"
    assert made == Bin(
        made.id, f"/bins/{made.id}", http.url + named, "hooks", "gh", "", "request", None, named
    )
    assert client.bins.list() == [made]
    for id in (made.id, "gh", "@admin/gh"):
        assert client.bins.get(id) == HIDDEN
    assert client.bins.set({**HIDDEN, "keep": "body"}) == made._replace(keep="body")
    headers = {"X-Gitlab-Token": "s3"}
    assert requests.put(made.url, data="x", headers=headers, timeout=10).status_code == 405
    assert requests.post(made.url, data="x", headers=headers, timeout=10).status_code == 200
    assert client.bins.set({"list": "hooks"}, "gh") == Bin(
        made.id, made.path, http.url + made.path, "hooks", keep="body"
    )
    other = client.bins.set(HOOK)
    assert other.id != made.id
    with pytest.raises(BinNameTaken):
        client.bins.set(HOOK, made.id)
    client.bins.delete("gh")
    assert [bin.id for bin in client.bins.list()] == [made.id]


@pytest.mark.parametrize("scheme", ["github", "standard"])
def test_a_document_that_was_read_is_set_again(client, scheme):
    verify = {"scheme": scheme, "secrets": ["whsec_c2VjcmV0", "c2VjcmV0"]}
    made = client.bins.set({**HOOK, "verify": verify})
    shown = client.bins.get("gh")
    assert client.bins.set({**shown, "rate": "5/m"}) == made
    assert client.bins.set(shown, made.id) == made
    assert client.bins.get("gh") == shown


def test_a_bin_is_created_for_a_list_with_more(client):
    made = client.bins.create("hooks", {"name": "gh", "keep": "request"})
    assert (made.list, made.name, made.keep) == ("hooks", "gh", "request")
    with pytest.raises(BinNameTaken):
        client.bins.create("other", {"name": "gh"})
    assert client.bins.get("gh")["list"] == "hooks"
    plain = client.bins.set({"list": "hooks"})
    assert (plain.keep, plain.named_path) == ("", "")
    assert plain in client.bins.list()


def test_a_bin_has_a_topic_and_an_end(client, anybody):
    made = client.bins.set({"topic": "news", "name": "feed", "ends": "1h"})
    assert (made.list, made.topic, made.keep) == ("", "news", "body")
    assert made.ends_at > datetime.now(UTC)
    assert client.bins.list() == [made]
    anybody.bins.post("@admin/feed", "hi")
    assert [message.value for message in client.topics.read("news", "all")] == [b"hi"]
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    text = moment.isoformat().replace("+00:00", "z")
    assert client.bins.set({"list": "a", "ends_at": text}).ends_at == moment


def test_a_bin_refuses_what_is_not_signed(client, anybody):
    made = client.bins.set(HOOK)
    for id in (made.id, "@admin/gh"):
        with pytest.raises(InvalidSignature) as ex:
            anybody.bins.post(id, "x")
        assert "X-Gitlab-Token" in ex.value.hint
    sent = requests.put(f"{made.url}/a", data="x", headers={"X-Gitlab-Token": "s3"}, timeout=10)
    assert sent.status_code == 200
    item = json.loads(client.pop("hooks"))
    assert (item["method"], item["path"], item["body"], item["verified"]) == (
        "PUT",
        "/a",
        "x",
        True,
    )


def test_what_cannot_be_used_is_named(client, anybody):
    for document, place in (
        ({"list": "a", "rate": "often"}, "'rate'"),
        ({"list": "a", "topic": "b"}, "'topic'"),
        ({"list": "a", "kepe": "request", "name": "x"}, "kepe"),
        (HIDDEN, "$.verify.secrets[0]"),
    ):
        with pytest.raises((InvalidBin, InvalidRequest)) as ex:
            client.bins.set(document)
        assert place in str(ex.value)
        assert "s3" not in str(ex.value)
    for id in ("", "@admin/..", "@/x", "a/b"):
        with pytest.raises(InvalidName):
            anybody.bins.post(id, "x")
    assert client.bins.list() == []


def test_a_name_alone_is_a_bin_of_the_user(client, ulis, uli):
    made = ulis.bins.set(HOOK)
    for call in (client.bins.get, client.bins.delete):
        with pytest.raises(NotFound, match="You have no bin 'gh'") as missing:
            call("gh")
        assert "@USER/NAME" in missing.value.hint
        with pytest.raises(InvalidRequest):
            call("a b")
    id = int(uli.id)
    assert client.bins.get("gh", userid=id) == HIDDEN
    assert client.bins.list(userid=id) == ulis.bins.list() == [made]
    assert made.named_path == "/bins/@uli/gh"
    assert client.bins.set({**HIDDEN, "max_body": "1kb"}, userid=id).id == made.id
    assert client.bins.set({**HIDDEN, "ends": "1h"}, "gh", userid=id).ends_at
    client.bins.delete("gh", userid=id)
    assert ulis.bins.list() == []


def test_a_bin_with_a_document_counts_against_the_quota(client, ulis, uli):
    client.users.update(int(uli.id), quota=1)
    ulis.bins.set(HOOK)
    with pytest.raises(QuotaExceeded):
        ulis.bins.create("hooks", {"keep": "request"})
    assert ulis.bins.set({**HOOK, "keep": "body"}).name == "gh"


def test_refused_requests_are_read(client):
    made = client.bins.create("refusing", {"methods": ["PUT"]})
    with pytest.raises(BambleweenyError):
        client.bins.post(made.id, b"x")
    [refused] = client.bins.refused(made.id)
    assert (refused.method, refused.status, refused.code) == ("POST", 405, "method_not_allowed")
    assert refused.time.tzinfo is not None
    client.bins.delete(made.id)
