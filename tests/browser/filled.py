"""A server with data of a small shop: what the pages of the console show."""

import hashlib
import hmac
import json

import requests

SECRET = "whsec-of-the-shop"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000010000000100802000000909168360000001c49444154"
    "789c63dc39ef3303298089248db00d8c6a18d530b034000026b3022b8b6d3e1d0000000049454e44ae426082"
)
ORDERS = {
    "name": "shop",
    "journal": "shop-calls",
    "rules": [
        {"name": "user", "method": "GET", "path": "/users/{id:int}", "answers": [{"json": {"id": "!@[$path.id]", "name": "Ada"}}]},
        {"name": "new", "method": "POST", "path": "/orders", "answers": [{"status": 201, "json": {"id": 7}}]},
        {"name": "gone", "path": "/orders/{id:int}", "answers": [{"status": 404, "json": {"error": "no order !@[$path.id]"}}]},
    ],
}  # fmt: skip


def fill(client):
    """Fill the user's data; returns the addresses of all pages that then show something."""
    keys, lists = client.keys, client.lists
    settings = {
        "currency": "EUR",
        "vat": 0.19,
        "banner": None,
        "payments": {"card": True, "invoice": False},
    }
    client.set("app:settings", json.dumps(settings), type="application/json")
    for name, value in {
        "app:color": "blue",
        "app:motd": "Back at noon",
        "cart:7f3a": '{"items": 3}',
        "flags:dark": "on",
    }.items():
        client.set(name, value)
    client.set("session:ada", "3f9c", ttl="1h")
    client.set("img:logo", PIXEL, type="image/png")
    client.set("blob:index", bytes(range(256)))
    keys.incr("count:visits", 1200)
    lists.set_policy("jobs", max_attempts=3)
    for number in range(40):
        client.push("jobs", json.dumps({"resize": f"photo-{number}.jpg", "width": 800}))
    lists.push("jobs", "at night", delay="2h")
    for item in lists.lease("jobs", 3, for_="10m")[:1]:
        lists.change("jobs", bury=[{"lease": item.lease, "reason": "no such file"}])
    lists.push_lines("mails", b"welcome ada\nwelcome bob\n")
    for text in ("deploy of 1.4 has begun", "deploy of 1.4 is done", '{"cpu": 0.42}'):
        client.topics.publish("news", text)
    _receive(client)
    route = client.routes.set(ORDERS)
    for path in ("/users/7", "/orders/9", "/nothing"):
        requests.get(f"{route.url}{path}", timeout=10)
    client.routes.create("app:motd")
    client.tokens.add("worker", ["lists:read:jobs", "lists:pop:jobs"], ttl="30d")
    client.tokens.add("ann reads settings", ["keys:read:app:*"], ttl="7d", rate="10/s")
    sandbox = client.sandboxes.create(
        '{"key": {"name": "price", "value": "5"}}', name="checkout tests", ttl="8h"
    )
    sandbox.snapshot("paid")
    sandbox.close()
    user = client.users.create("ada", "ada-secret-1", quota=100, max_bytes=1_000_000)
    client.users.invite("bob")
    bin = next(one.id for one in client.bins.list() if one.name == "payments")
    return [
        "home", "keys", "keys/app:settings", "keys/img:logo", "keys/blob:index", "lists", "lists/jobs", "topics", "topics/news",
        "inbox", f"inbox/{bin}", "routes", f"routes/{route.id}", "tokens", "users", f"users/{user}", "audit",
        "sandboxes", f"sandboxes/{sandbox.id}", "sandboxes/new", "data", "server", "account",
    ]  # fmt: skip


def _receive(client):
    bin = client.bins.set(
        {
            "name": "payments",
            "list": "hooks",
            "keep": "request",
            "verify": {"scheme": "github", "secrets": [SECRET]},
        }
    )
    for number, event in enumerate(("paid", "refunded", "paid")):
        body = json.dumps({"event": event, "order": number, "amount": "12.50"}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-Hub-Signature-256": f"sha256={signature}",
            "Content-Type": "application/json",
            "User-Agent": "Shop/2",
        }
        requests.post(
            f"{bin.url}/events?try={number}", data=body, headers=headers, timeout=10
        ).raise_for_status()
    requests.post(
        f"{bin.url}", data=b"{}", headers={"X-Hub-Signature-256": "sha256=00"}, timeout=10
    )
