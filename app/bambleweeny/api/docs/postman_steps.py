"""What the Postman collection needs besides the API document: an order, and variables.

A call that is not listed comes last in its folder, with the examples of the document.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

VARIABLES = {"username": "admin", "password": "changeme", "token": ""}
"""Variables that the user sets, and the token that a login sets."""
REMEMBERED = {
    "lease": "{{lease}}",
    "item_id": "{{item_id}}",
    "public_id": "{{public_id}}",
    "id": "{{public_id}}",
    "user_id": "{{user_id}}",
    "token_id": "{{token_id}}",
    "sandbox_id": "{{sandbox_id}}",
}
"""Parameters whose value comes from an earlier answer."""
NAMES = {"keys": "settings", "lists": "jobs", "topics": "news"}
"""The name that the calls of a folder use."""


class Step(NamedTuple):
    """Replaces the examples of a call: the `name` in the path, the `body`, the `query`.

    `remember` has a variable, and the expression that reads it from the answer.
    """

    name: str = ""
    body: object = None
    query: Mapping[str, str] = MappingProxyType({})
    remember: tuple[str, str] = ("", "")


_LOGIN = {"username": "{{username}}", "password": "{{password}}"}
_OF_PATH = ("public_id", "json.path.split('/').pop()")
_ECHO = {"path": "!@[$url]"}
_RULE = {"name": "hello", "method": "GET", "answers": [{"json": _ECHO}]}

STEPS = {
    "POST /auth/token": Step(body=_LOGIN, remember=("token", "json.access_token")),
    "GET /auth/test": Step(),
    "POST /auth/code": Step(),
    "POST /tokens": Step(remember=("token_id", "json.id")),
    "GET /tokens": Step(),
    "PATCH /tokens/{token_id}": Step(),
    "POST /tokens/{token_id}/rotate": Step(),
    "DELETE /tokens/{token_id}": Step(),
    "DELETE /tokens": Step(),
    "POST /auth/introspect": Step(body={"token": "{{token}}"}),
    "POST /auth/revoke": Step(body={"token": "of a lost device"}),
    "PUT /keys/{name}": Step(body={"color": "red", "size": 5}),
    "GET /keys/{name}": Step(),
    "PATCH /keys/{name}": Step(body={"color": "green"}),
    "GET /incr/{name}": Step(name="visitors"),
    "DELETE /keys/{name}": Step(name="visitors"),
    "POST /lists/{name}": Step(
        body="cat.png\ndog.png\nfox.png\nowl.png\n", query={"split": "lines"}
    ),
    "GET /lists/{name}/items": Step(remember=("item_id", "json.items.pop().id")),
    "GET /lists/{name}/items/{item_id}": Step(),
    "PATCH /lists/{name}/items/{item_id}": Step(query={"state": "ready"}),
    "GET /lists/{name}/stats": Step(),
    "DELETE /lists/{name}/items/{item_id}": Step(),
    "PUT /lists/{name}/policy": Step(),
    "GET /lists/{name}/policy": Step(),
    "DELETE /lists/{name}/policy": Step(),
    "POST /lists/{name}/lease": Step(remember=("lease", "json.items[0].lease")),
    "PATCH /lists/{name}/leases/{lease}": Step(),
    "POST /lists/{name}/ack": Step(body={"extend": [{"lease": "{{lease}}", "for": "5m"}]}),
    "DELETE /lists/{name}/leases/{lease}": Step(),
    "POST /lists/{name}/move": Step(body={"to": "later", "state": "dead"}),
    "GET /lists/{name}": Step(),
    "DELETE /lists/{name}": Step(),
    "POST /topics/{name}": Step(body="it works"),
    "GET /topics/{name}": Step(query={"since": "all"}),
    "POST /sandboxes": Step(remember=("sandbox_id", "json.id")),
    "GET /sandboxes": Step(),
    "GET /sandboxes/{sandbox_id}": Step(),
    "PATCH /sandboxes/{sandbox_id}": Step(),
    "PUT /sandboxes/{sandbox_id}/snapshots/{name}": Step(name="paid"),
    "POST /sandboxes/{sandbox_id}/reset": Step(),
    "DELETE /sandboxes/{sandbox_id}/snapshots/{name}": Step(name="paid"),
    "DELETE /sandboxes/{sandbox_id}": Step(),
    "POST /routes": Step(
        body={"key": "settings", "content_type": "application/json"}, remember=_OF_PATH
    ),
    "GET /routes": Step(),
    "GET /routes/{public_id}": Step(),
    "PUT /routes": Step(body={"key": "settings", "journal": "calls", "rules": [_RULE]}),
    "GET /routes/{public_id}/{rest}": Step(),
    "POST /routes/verify": Step(body={"method": "GET", "count": 1}),
    "POST /routes/reset": Step(),
    "POST /bins": Step(remember=_OF_PATH),
    "GET /bins": Step(),
    "GET /bins/refused": Step(),
    "POST /bins/{public_id}": Step(body="it works"),
    "PUT /bins": Step(body={"list": "hooks", "keep": "request", "answer": {"json": _ECHO}}),
    "GET /bins/{public_id}": Step(),
    "GET /bins/{public_id}/{rest}": Step(),
    "POST /users": Step(remember=("user_id", "json.id")),
    "GET /users": Step(),
    "GET /users/{user_id}": Step(),
    "PUT /users/{user_id}": Step(),
    "POST /users/{user_id}/reset": Step(remember=("code", "json.code")),
    # This ends the session of the user that accepts, which is another one.
    "POST /auth/accept": Step(body={"code": "{{code}}", "password": "a better one"}),
    "GET /usage": Step(),
    "GET /audit": Step(),
    "POST /auth/logout": Step(),
    # Both keep the password, but end the token.
    "PUT /auth/password": Step(body={"current": "{{password}}", "password": "{{password}}"}),
    "PUT /config/admin": Step(body={"password": "{{password}}"}),
}
ENDS_THE_TOKEN = {"POST /auth/logout", "PUT /auth/password", "PUT /config/admin"}
LOG_IN_AGAIN = """\
const [username, password] = ["username", "password"].map((name) => pm.variables.get(name));
pm.sendRequest({
  url: pm.variables.get("baseUrl") + "/auth/token",
  method: "POST",
  body: { mode: "raw", raw: JSON.stringify({ username, password }) },
}, (error, answer) => pm.collectionVariables.set("token", answer.json().access_token));"""
