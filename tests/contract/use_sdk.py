"""What a person does first with the generated Python client: `use_sdk.py URL`."""

import json
import sys

import bambleweeny_sdk as sdk

configuration = sdk.Configuration(host=sys.argv[1])
with sdk.ApiClient(configuration) as client:
    login = sdk.Login(username="admin", password="changeme")
    configuration.access_token = sdk.AuthApi(client).get_token(login).access_token
    keys, lists, topics = sdk.KeysApi(client), sdk.ListsApi(client), sdk.TopicsApi(client)

    value = b"\x00\xff"
    assert keys.set_key("python", body=value) == {"info": "ok"}
    read = keys.get_key("python")
    assert isinstance(read, bytes), type(read)
    assert read == value, read
    keys.set_key("python-text", body="ü".encode(), _content_type="text/plain; charset=utf-8")
    assert (
        keys.get_key_with_http_info("python-text").headers["Content-Type"]
        == "text/plain; charset=utf-8"
    )
    assert [key.key for key in keys.list_keys(prefix="python").actual_instance.keys] == [
        "python",
        "python-text",
    ]

    assert [keys.incr_key_by_post("python-n", by=by) for by in (None, 41)] == ["1", "42"]

    pushed = [lists.push_item("python", body=body).id for body in (b"first", value)]
    leased = lists.lease_items("python", max=2, var_for="30s").items
    assert [item.id for item in leased] == pushed
    assert leased[0].body.actual_instance == "first"
    assert leased[1].body.actual_instance.var_base64 == "AP8="
    assert lists.acknowledge_item("python", leased[0].lease).info == "ok"
    outcome = lists.change_leases(
        "python", sdk.LeaseChanges(retry=[sdk.RetriedLease(leased[1].lease)])
    )
    assert outcome.retry[0].ok is True
    assert lists.pop_item_by_post("python") == value
    assert lists.pop_item_by_post("python") is None
    lists.set_list_policy("python", sdk.ListPolicy(max_attempts=3, lease=sdk.ListPolicyLease("1m")))
    policy = lists.get_list_policy("python")
    assert (policy.max_attempts, policy.lease.actual_instance, policy.ttl) == (3, 60, None)

    message_id = topics.publish_message("python", body=value).id
    [message] = topics.read_topic("python", since="all").messages
    assert (message.id, message.value.actual_instance.var_base64) == (message_id, "AP8=")

    outcomes = sdk.BatchApi(client).run_batch(
        [["set", "python-b", "1"], ["get", "python-b"], ["get", "no"]]
    )
    assert [outcome.ok for outcome in outcomes[:2]] == [True, "1"]
    assert outcomes[2].error.code == "not_found"

    path = (
        sdk.RoutesApi(client).create_route(sdk.RouteCreation(key="python", content_type="a/b")).path
    )
    routes = sdk.RoutesApi(client)
    assert routes.read_route(path.rpartition("/")[2]) == value

    answers = [sdk.RouteAnswer(status=201, json={"id": 7}, delay_ms=[0, 1])]
    rules = [sdk.RouteRule(method=["GET", "PUT"], path="/orders", answers=answers)]
    made = routes.create_route(sdk.RouteCreation(name="python", journal="python", rules=rules))
    assert routes.list_routes(id="@admin/python").rules == rules
    assert {route.name for route in routes.list_routes().routes} == {None, "python"}
    called = routes.read_route_below_with_http_info(made.path.rpartition("/")[2], "orders")
    assert (called.status_code, json.loads(called.raw_data)) == (201, {"id": 7})
    for expected in (
        sdk.ExpectedCalls(method="GET", count=sdk.ExpectedCallsCount(1)),
        sdk.ExpectedCalls(method=["GET"], count=sdk.ExpectedCallsCount(sdk.CallCount(max=1))),
    ):
        assert routes.verify_route("@admin/python", expected).matching == 1

    bins = sdk.BinsApi(client)
    meta = sdk.BinHandshake(provider="meta", secret="s")
    document = sdk.BinDocument(
        list="python-bin", name="python", keep="request", methods=["POST", "PUT"],
        challenge=sdk.BinChallenge(meta), max_body=sdk.BodySize("1kb"),
        answer=sdk.RouteAnswer(status=202, json={"got": "!@[$body.id]"}),
        verify=sdk.BinVerification(scheme="gitlab", secrets=["s"], var_else="keep"),
    )  # fmt: skip
    hook = bins.create_bin(document).path.rpartition("/")[2]
    shown = bins.list_bins(id="@admin/python")
    assert (shown.methods, shown.verify.secrets) == (["POST", "PUT"], ["[secret]"])
    assert shown.challenge.actual_instance.provider == "meta"
    assert bins.replace_bin("python", document).named_path == "/bins/@admin/python"
    received = bins.push_to_bin_below_by_put_with_http_info(hook, "a", body=b'{"id":7}')
    assert (received.status_code, json.loads(received.raw_data)) == (202, {"got": 7})
    bins.create_bin(sdk.BinDocument(list="q", challenge=sdk.BinChallenge("slack")))
    assert {row.name for row in bins.list_bins().bins} == {None, "python"}

    try:
        keys.get_key("nothing")
    except sdk.exceptions.NotFoundException as ex:
        assert (ex.status, ex.data.code) == (404, "not_found"), ex
    else:
        raise AssertionError("a missing key was found")
print("done")
