"""The API document as a Postman collection, whose requests work in order."""

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.cached_files import REVALIDATED, CachedFile
from bambleweeny.api.docs.contract import document
from bambleweeny.api.docs.postman_steps import (
    ENDS_THE_TOKEN,
    LOG_IN_AGAIN,
    NAMES,
    REMEMBERED,
    STEPS,
    VARIABLES,
    Step,
)

Json = dict[str, Any]
_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = ("get", "post", "put", "patch", "delete")
_SHOWN = {"application/json", "text/plain", "*/*"}
_LINES = {"application/x-ndjson"}
_ANY_URL = "http://server.invalid"
_REMEMBERED_URLS = 16


class PostmanCollection:
    """/postman.json"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the collection; its variable `baseUrl` is the URL of this request's server."""
        resp.set_header("Access-Control-Allow-Origin", "*")
        _file(req.prefix).answer(req, resp, REVALIDATED)


@lru_cache(maxsize=_REMEMBERED_URLS)
def _file(base_url: str) -> CachedFile:
    """Return the collection for a server. Costs little, since any client can send any Host."""
    before, _, after = _encoded().partition(msgspec.json.encode(_ANY_URL))
    return CachedFile(before + msgspec.json.encode(base_url) + after, "application/json")


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(Collection(json.loads(document())).as_json(_ANY_URL)) + b"\n"


class Collection:
    """A collection of the calls of an OpenAPI document, with a folder for each tag."""

    def __init__(self, contract: Json) -> None:
        self._contract = contract

    def as_json(self, base_url: str) -> Json:
        """Return the collection, in Postman's format 2.1."""
        info = self._contract["info"]
        variables = {"baseUrl": base_url, **VARIABLES}
        return {
            "info": {
                "name": info["title"],
                "description": info["description"],
                "version": info["version"],
                "schema": _SCHEMA,
            },
            "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
            "variable": [{"key": key, "value": value} for key, value in variables.items()],
            "item": [self._folder(tag) for tag in self._contract["tags"]],
        }

    def _folder(self, tag: Json) -> Json:
        order = {call: number for number, call in enumerate(STEPS)}
        calls = [
            (name, item, call) for name, item, call in self._calls() if tag["name"] in call["tags"]
        ]
        calls.sort(key=lambda found: order.get(found[0], len(order)))
        items = [self._item(*found) for found in calls]
        return {"name": tag["name"], "description": tag["description"], "item": items}

    def _calls(self) -> Iterator[tuple[str, Json, Json]]:
        """Yield the method and path of each call, the item of its path and the call itself.

        Leaves out HEAD, OPTIONS and duplicates, pages for browsers, and streams, which Postman
        shows only at their end.
        """
        for path, item in self._contract["paths"].items():
            summaries = set()
            for method in _METHODS:
                call = item.get(method)
                if call and call["summary"] not in summaries and self._is_shown(call):
                    summaries.add(call["summary"])
                    yield f"{method.upper()} {path}", item, call

    def _is_shown(self, call: Json) -> bool:
        answers = [self._found(call["responses"][status]) for status in _successes(call)]
        types = {media_type for answer in answers for media_type in answer.get("content", {})}
        return not types or bool(types & _SHOWN) or types == _LINES

    def _item(self, name: str, item: Json, call: Json) -> Json:
        method, path = name.split()
        step = STEPS.get(name, Step())
        parameters = [
            self._found(parameter)
            for parameter in (*item.get("parameters", ()), *call.get("parameters", ()))
        ]
        request: Json = {
            "method": method,
            "description": call.get("description", call["summary"]),
            "header": [_optional(p, step) for p in parameters if p["in"] == "header"],
            "url": _url(path, parameters, step.name or NAMES.get(call["tags"][0], "")),
        }
        request["url"]["query"] = [_optional(p, step) for p in parameters if p["in"] == "query"]
        if "requestBody" in call:
            media_type, text = _body(self._found(call["requestBody"])["content"], step)
            request["header"].append({"key": "Content-Type", "value": media_type})
            request["body"] = {"mode": "raw", "raw": text}
        if call.get("security") == []:
            request["auth"] = {"type": "noauth"}
        event = {
            "listen": "test",
            "script": {"type": "text/javascript", "exec": _test(name, call, step)},
        }
        return {"name": call["summary"], "request": request, "response": [], "event": [event]}

    def _found(self, part: Json) -> Json:
        """Follow a reference."""
        while "$ref" in part:
            found = self._contract
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part


def _successes(call: Json) -> list[str]:
    return [status for status in call["responses"] if status.startswith("2")]


def _url(path: str, parameters: list[Json], name: str) -> Json:
    parts = [part.replace("{", ":").replace("}", "") for part in path.split("/")[1:]]
    values = {"name": name} if name else {}
    variables = [
        {
            "key": p["name"],
            "value": values.get(p["name"], _value(p)),
            "description": p.get("description", ""),
        }
        for p in parameters
        if p["in"] == "path"
    ]
    raw = "/".join(["{{baseUrl}}", *parts])
    return {"raw": raw, "host": ["{{baseUrl}}"], "path": parts, "variable": variables}


def _optional(parameter: Json, step: Step) -> Json:
    """Return a query parameter or header; it is disabled unless the request needs it."""
    name = parameter["name"]
    return {
        "key": name,
        "value": step.query.get(name, _value(parameter)),
        "description": parameter.get("description", ""),
        "disabled": not (parameter.get("required") or name in step.query),
    }


def _value(parameter: Json) -> str:
    schema = parameter.get("schema", {})
    example = parameter.get("example", schema.get("example", schema.get("enum", [""])[0]))
    return str(REMEMBERED.get(parameter["name"], example) or parameter["name"])


def _body(content: Json, step: Step) -> tuple[str, str]:
    """Return the media type of a request, and its body."""
    media_type = "application/json" if "application/json" in content else next(iter(content))
    value = step.body if step.body is not None else content[media_type].get("example", "")
    if isinstance(value, str):
        return media_type, value
    return media_type if "json" in media_type else "application/json", json.dumps(value, indent=2)


def _test(name: str, call: Json, step: Step) -> list[str]:
    statuses = ", ".join(_successes(call))
    expected = f"pm.expect(pm.response.code).to.be.oneOf([{statuses}])"
    lines = [f'pm.test("answers {statuses}", () => {expected});']
    variable, place = step.remember
    if variable:
        lines += [
            "const json = pm.response.json();",
            f'pm.collectionVariables.set("{variable}", {place});',
        ]
    return [*lines, *(LOG_IN_AGAIN.splitlines() if name in ENDS_THE_TOKEN else ())]
