"""Every call of the contract has a method of the client, which makes just that call.

No method ignores an option that it does not have.
"""

import inspect
from importlib.resources import files

import pytest
import yaml
from bambleweeny.client import Client, Sandbox
from bambleweeny.errors import BambleweenyError

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
ID = "d2622519-c707-4df5-973a-64849f363ed5"


def run_batch(client):
    with client.batch() as batch:
        batch.get("foo")


CALLS = {
    "home": Client.about,
    "getToken": lambda client: client.tokens.create(),
    "testToken": lambda client: client.tokens.test(),
    "createLoginCode": Client.login_code,
    "logOut": Client.logout,
    "revokeToken": lambda client: client.tokens.revoke_text("nonsense"),
    "introspectToken": lambda client: client.tokens.introspect("nonsense"),
    "listTokens": lambda client: client.tokens.list(),
    "createToken": lambda client: client.tokens.add("ci", ["keys:read"]),
    "revokeAllTokens": lambda client: client.tokens.revoke_all(),
    "changeToken": lambda client: client.tokens.change("k3x9q2", name="other"),
    "deleteToken": lambda client: client.tokens.revoke("k3x9q2"),
    "rotateToken": lambda client: client.tokens.rotate("k3x9q2"),
    "setOwnPassword": lambda client: client.set_password("newest"),
    "listKeys": lambda client: list(client.keys),
    "deleteKeys": lambda client: client.keys.delete_all("tmp:"),
    "getKey": lambda client: client.get("foo"),
    "setKey": lambda client: client.set("foo", "bar"),
    "deleteKey": lambda client: client.delete("foo"),
    "patchKey": lambda client: client.keys.patch("foo", {"color": "blue"}),
    "incrKeyByPost": lambda client: client.incr("foo"),
    "listLists": lambda client: list(client.lists),
    "popItemByPost": lambda client: client.pop("foo"),
    "pushItem": lambda client: client.push("foo", "bar"),
    "leaseItems": lambda client: client.lists.lease("foo"),
    "acknowledgeItem": lambda client: client.lists.ack("foo", "7.1"),
    "extendLease": lambda client: client.lists.extend("foo", "7.1", "5m"),
    "changeLeases": lambda client: client.lists.change("foo", ack=["7.1"]),
    "getListPolicy": lambda client: client.lists.policy("foo"),
    "setListPolicy": lambda client: client.lists.set_policy("foo", max_attempts=5),
    "deleteListPolicy": lambda client: client.lists.delete_policy("foo"),
    "showItems": lambda client: list(client.lists.items("foo")),
    "purgeItems": lambda client: client.lists.purge("foo"),
    "showItem": lambda client: client.lists.item("foo", "7"),
    "deleteItem": lambda client: client.lists.delete_item("foo", "7"),
    "changeItem": lambda client: client.lists.bury("foo", "7"),
    "countItems": lambda client: client.lists.stats("foo"),
    "moveItems": lambda client: client.lists.move("foo", "bar"),
    "deleteList": lambda client: client.lists.delete("foo"),
    "listTopics": lambda client: list(client.topics),
    "readTopic": lambda client: client.topics.read("foo"),
    "publishMessage": lambda client: client.topics.publish("foo", "bar"),
    "deleteTopic": lambda client: client.topics.delete("foo"),
    "followEvents": lambda client: next(client.events(userid=99)),
    "runBatch": run_batch,
    "exportData": lambda client: list(client.export()),
    "importData": lambda client: client.import_([]),
    "listRoutes": lambda client: client.routes.list(),
    "createRoute": lambda client: client.routes.create("foo"),
    "replaceRoute": lambda client: client.routes.set({"key": "foo"}, ID),
    "verifyRoute": lambda client: client.routes.verify(ID),
    "resetRoute": lambda client: client.routes.reset(ID),
    "deleteRoute": lambda client: client.routes.delete(ID),
    "readRoute": lambda client: client.routes.read(ID),
    "listBins": lambda client: client.bins.list(),
    "createBin": lambda client: client.bins.create("foo"),
    "listRefusedRequests": lambda client: client.bins.refused(ID),
    "replaceBin": lambda client: client.bins.set({"list": "foo"}, ID),
    "deleteBin": lambda client: client.bins.delete(ID),
    "pushToBin": lambda client: client.bins.post(ID, "bar"),
    "listUsers": lambda client: client.users.list(),
    "createUser": lambda client: client.users.create("uli", "secret"),
    "getUser": lambda client: client.users.get(0),
    "changeUser": lambda client: client.users.update(0, quota=0),
    "deleteUser": lambda client: client.users.delete(7),
    "listSandboxes": lambda client: client.sandboxes.list(),
    "createSandbox": lambda client: client.sandboxes.create(),
    "getSandbox": lambda client: client.sandboxes.get("k3x9q2"),
    "extendSandbox": lambda client: client.sandboxes.extend("1h", id="k3x9q2"),
    "deleteSandbox": lambda client: client.sandboxes.delete("k3x9q2"),
    "resetSandbox": lambda client: client.sandboxes.reset("k3x9q2"),
    "saveSnapshot": lambda client: client.sandboxes.snapshot("paid", "k3x9q2"),
    "deleteSnapshot": lambda client: client.sandboxes.delete_snapshot("paid", "k3x9q2"),
    "getUsage": Client.usage,
    "readAudit": Client.audit,
    "acceptCode": lambda client: client.users.accept("b9y_code_9_0", "better one"),
    "resetUser": lambda client: client.users.reset(9),
    "setAdminPassword": lambda client: client.set_admin_password("newest"),
    "getInfo": Client.info,
    "save": Client.save,
    "health": Client.health,
    "readiness": Client.ready,
    "metrics": Client.metrics,
    "getOpenApi": Client.openapi,
}
A_ROUTE_BY_ANOTHER_WAY = (
    "a route answers the same to any method and any path below; readRoute is enough"
)
A_BIN_BY_ANOTHER_WAY = "what providers send to a bin; pushToBin is enough for a test"
EXCEPTIONS = {
    "homeHead": "HEAD is for probes; about() tells more",
    "getKeyHead": "HEAD is for probes; get() tells more",
    "incrKey": "a GET that writes: it could be repeated on the way",
    "popItem": "a GET that writes: it could be repeated on the way",
    "askBin": "only browsers ask it, by themselves",
    "getSwagger": "the original's path of getOpenApi",
    "getPostmanCollection": "a document for Postman",
    "showGuide": "a page for people",
    "showGuidePage": "a page for people",
    "searchGuide": "a page for people",
    "showReference": "a page for people",
    "getGuideFile": "a page for people",
    "showConsole": "a page for people",
    "getConsoleFile": "a page for people",
    "getJavaScript": "another client",
    "getJavaScriptForTests": "a part of another client",
    "getJavaScriptTypes": "types of another client",
    "getJavaScriptTypesForTests": "types of another client",
    **{
        name: A_ROUTE_BY_ANOTHER_WAY
        for name in OPERATIONS
        if name.startswith(("readRouteBy", "readRouteBelow"))
    },
    **{
        name: A_BIN_BY_ANOTHER_WAY
        for name in OPERATIONS
        if name.startswith(("pushToBinBy", "pushToBinBelow", "askBinB"))
    },
}


def test_every_operation_has_a_method_or_a_reason_to_have_none():
    assert CALLS.keys() | EXCEPTIONS.keys() == OPERATIONS.keys()
    assert not CALLS.keys() & EXCEPTIONS.keys()


@pytest.mark.parametrize("operation", CALLS)
def test_a_method_makes_its_call_and_no_other(operation, session_url, services):
    method, path = OPERATIONS[operation]
    with Client(session_url, "admin", "changeme") as client:
        client.tokens.create()
        before = counted(services)
        try:
            CALLS[operation](client)
        except BambleweenyError as ex:
            assert ex.code.endswith("not_found") or ex.code == "invalid_code", operation
    made = {call for call, count in counted(services).items() if count != before.get(call)}
    assert made == {(method, path)}


def counted(services):
    """Give how many requests there were by method and path, whatever their status."""
    counts = {}
    for (method, route, _), count in services.metrics.counted().requests.items():
        counts[method, route] = counts.get((method, route), 0) + count
    return counts


NOUNS = ("keys", "lists", "topics", "routes", "bins", "users", "tokens", "sandboxes")
ROW = {
    "id": "k3x9q2", "name": "", "made": "2026-01-01T00:00:00Z", "ends": "2026-01-02T00:00:00Z",
    "snapshots": [], "names": 0, "bytes": 0,
}  # fmt: skip


def owners():
    """Return an object of each class with calls; a request of one would find no server."""
    client = Client("http://127.0.0.1:1", token="none")
    nouns = {noun: getattr(client, noun) for noun in NOUNS}
    sandbox = Sandbox(ROW, client.sandboxes, Client, None)
    return {"client": client, "batch": client.batch(), "sandbox": sandbox, **nouns}


OWNERS = owners()
METHODS = [
    (owner, name)
    for owner, object in OWNERS.items()
    for name, _ in inspect.getmembers(object, inspect.ismethod)
    if not name.startswith("_")
]


def test_all_methods_are_known():
    assert len(METHODS) > 100
    assert {("keys", "set"), ("batch", "delete"), ("client", "events")} <= set(METHODS)


@pytest.mark.parametrize("misspelt", ["userId", "tll", "if_nonematch", "ifmatch", "no_such"])
@pytest.mark.parametrize(("owner", "name"), METHODS)
def test_a_misspelt_option_is_a_type_error(owner, name, misspelt):
    method = getattr(OWNERS[owner], name)
    plain = [
        parameter
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    needed = {one.name: "1" for one in plain if one.default is one.empty or one.name == "value"}
    with pytest.raises(TypeError, match=f"'{misspelt}'"):
        method(**needed, **{misspelt: 1})


def test_the_error_names_the_option_that_was_probably_meant():
    client = OWNERS["client"]
    for misspelt, meant in (
        ("tll", "ttl"), ("if_nonematch", "if_none_match"), ("keepttl", "keep_ttl"), ("userId", "userid"),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=f"no option '{misspelt}'. Did you mean '{meant}'"):
            client.set("kw", "b", **{misspelt: "1"})
    with pytest.raises(TypeError, match=r"'max'.$"):
        client.set("kw", "b", max="1")
