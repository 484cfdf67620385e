"""Every call of the contract has a command, or a reason to have none."""

from importlib.resources import files

import yaml
from bambleweeny.cli.command_table import COMMANDS, verb_of

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
OPERATIONS = {
    operation["operationId"]
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method in METHODS
}
COMMAND_OF = {
    "home": "info",
    "getToken": "token new",
    "testToken": "token test",
    "createLoginCode": "console",
    "logOut": "logout",
    "createToken": "token add",
    "listTokens": "token list",
    "changeToken": "token set",
    "rotateToken": "token rotate",
    "deleteToken": "token revoke",
    "revokeAllTokens": "token revoke",
    "acceptCode": "accept",
    "resetUser": "users reset",
    "setOwnPassword": "password",
    "setAdminPassword": "password",
    "listKeys": "keys",
    "deleteKeys": "del",
    "getKey": "get",
    "setKey": "set",
    "deleteKey": "del",
    "patchKey": "patch",
    "incrKeyByPost": "incr",
    "listLists": "lists list",
    "pushItem": "push",
    "popItemByPost": "pop",
    "deleteList": "lists del",
    "leaseItems": "lease",
    "acknowledgeItem": "ack",
    "extendLease": "ack",
    "changeLeases": "ack",
    "getListPolicy": "policy get",
    "setListPolicy": "policy set",
    "deleteListPolicy": "policy del",
    "showItems": "items list",
    "showItem": "items get",
    "deleteItem": "items del",
    "changeItem": "items bury",
    "purgeItems": "items purge",
    "moveItems": "items move",
    "countItems": "stats",
    "listTopics": "topics list",
    "readTopic": "topics read",
    "publishMessage": "publish",
    "deleteTopic": "topics del",
    "exportData": "export",
    "importData": "import",
    "followEvents": "events",
    "listRoutes": "route list",
    "createRoute": "route add",
    "replaceRoute": "route set",
    "verifyRoute": "route verify",
    "resetRoute": "route reset",
    "deleteRoute": "route del",
    "listBins": "bin list",
    "createBin": "bin add",
    "listRefusedRequests": "bin refused",
    "replaceBin": "bin set",
    "deleteBin": "bin del",
    "listUsers": "users list",
    "createUser": "users add",
    "getUser": "users get",
    "changeUser": "users set",
    "deleteUser": "users del",
    "listSandboxes": "sandboxes list",
    "createSandbox": "sandboxes add",
    "getSandbox": "sandboxes show",
    "extendSandbox": "sandboxes extend",
    "deleteSandbox": "sandboxes del",
    "resetSandbox": "sandboxes reset",
    "saveSnapshot": "sandboxes snapshot",
    "deleteSnapshot": "sandboxes snapshot",
    "getUsage": "usage",
    "readAudit": "audit",
    "getInfo": "info",
    "save": "save",
    "health": "health",
    "readiness": "health",
}
REASONS = {
    "revokeToken": "for programs that find a token; its holder uses curl",
    "introspectToken": "for programs; `token test` shows what a token may do",
    "runBatch": "for programs; in a shell, lines and `push --lines` are many at once",
    "homeHead": "a probe's",
    "getKeyHead": "a probe's",
    "incrKey": "a GET that writes; incr uses the POST",
    "popItem": "a GET that writes; pop uses the POST",
    "readRoute": "public: curl, with the URL that `route` prints",
    "pushToBin": "public: curl, with the URL that `bin` prints",
    "askBin": "only browsers ask it",
    "metrics": "Prometheus asks it",
    "getSwagger": "a document for programs",
    "getOpenApi": "a document for programs",
    "getPostmanCollection": "a document for programs",
    "showGuide": "a page for people",
    "showGuidePage": "a page for people",
    "searchGuide": "a page for people",
    "showReference": "a page for people",
    "getGuideFile": "a page for people",
    "showConsole": "a page for people",
    "getConsoleFile": "a page for people",
    "getJavaScript": "a module for browsers",
    "getJavaScriptForTests": "a module for tests",
    "getJavaScriptTypes": "declarations for TypeScript",
    "getJavaScriptTypesForTests": "declarations for TypeScript",
}


def test_every_operation_has_a_command_or_a_reason():
    ways = ("readRouteBy", "readRouteBelow", "pushToBinBy", "pushToBinBelow", "askBin")
    other_ways = {name for name in OPERATIONS if name.startswith(ways)} - {"askBin"}
    assert COMMAND_OF.keys() | REASONS.keys() | other_ways == OPERATIONS
    assert not COMMAND_OF.keys() & REASONS.keys()


def test_every_command_is_there():
    for words in set(COMMAND_OF.values()):
        name, _, sub = words.partition(" ")
        assert name in COMMANDS
        assert not sub or sub in verb_of(name).verbs, words
