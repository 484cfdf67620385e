"""Kind E: what a browser does."""

from bambleweeny import Client
from found.rows import Place, row
from node import Node
from servers import Http, start
from tools import need

REPORT = "<script>fetch('/steal?' + location.href)</script>"
SUBSCRIBE = """
const onState = (state) => say(state);
for await (const { id } of client.topics.subscribe("t", { onState })) say("message", id);
"""


@row(
    "E1",
    "a tenant's `text/html` key opened by the admin as `/keys/report?userid=2&token=...`",
    before="its script reads the token from the URL",
    right="authenticated answers run no scripts; `?token=` is refused for pages and frames",
)
def page_of_a_tenant(place: Place) -> str:
    place.admin.put("/keys/report", data=REPORT, headers={"Content-Type": "text/html"})
    answer = place.admin.get("/keys/report")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with Http(place.server.url) as browser:
        url = f"/keys/report?userid=0&token={place.admin.token}"
        for dest in ("document", "iframe", "frame", "embed", "object"):
            refused = browser.get(url, headers={"Sec-Fetch-Dest": dest})
            assert refused.status_code == 403, (dest, refused.status_code)
        image = browser.get(url, headers={"Sec-Fetch-Dest": "image"})
    assert image.status_code == 200, image.status_code
    assert (image.headers["Cache-Control"], image.headers["Referrer-Policy"]) == (
        "private",
        "no-referrer",
    )
    return f"{refused.json()['code']} as a page; {answer.headers['Content-Security-Policy']}"


@row(
    "E2",
    "`/docs`",
    before="no `frame-ancestors`; `'self'` trusts scripts that tenants publish under /routes",
    right="nonce-only CSP; framing refused",
)
def policy_of_the_docs(place: Place) -> str:
    pages = [place.admin.get("/docs") for _ in range(2)]
    policies = [page.headers["Content-Security-Policy"].split("; ") for page in pages]
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}
    for policy in policies:
        assert "frame-ancestors 'none'" in policy
        assert not [part for part in policy if part[:6] in ("script", "style-") and "self" in part]
    [[script], _] = (
        [part for part in policy if part.startswith("script-src")] for policy in policies
    )
    assert script not in policies[1], "the nonce is the same again"
    return "; ".join(policies[0])


@row(
    "E3",
    "'Try it out' on GET /keys/{name}",
    before="sends the examples of optional parameters: `touch=10m` changed a TTL",
    right="no `example` on optional parameters; only what is typed is sent",
)
def examples_of_parameters(place: Place) -> str:
    document = place.admin.get("/openapi.json").json()
    parameters = list(document["components"]["parameters"].values())
    for path in document["paths"].values():
        parameters += path.get("parameters", [])
        for operation in path.values():
            parameters += operation.get("parameters", []) if isinstance(operation, dict) else []
    optional = [one for one in parameters if "name" in one and not one.get("required")]
    for one in optional:
        assert not {"example", "examples"} & one.keys(), one["name"]
        assert "default" not in one["schema"], one["name"]
    return f"{len(optional)} optional parameters, none with an example"


@row(
    "E4",
    "a page follows a topic, its token expires, the server restarts",
    before="`EventSource`: 401, closed for good, messages missed",
    right="`client.topics.subscribe()` renews its token and resumes by id",
)
def subscription(place: Place) -> str:
    data = str(place.directory / "e4")
    options = ("serve", "--data-dir", data, "--admin-password", "changeme", "--token-expiry", "1s")
    need("node")
    server = start(*options)
    published, seen = [], []
    with Node(place.directory, server.url).running(SUBSCRIBE) as said:
        said.until("open")
        for _ in range(3):
            with Client(server.url, "admin", "changeme") as client:
                published.append(client.topics.publish("t", "x"))
            seen.append(said.until("message")[-1][1])
            assert server.stop() == 0
            server = start(*options, listen=server.url.removeprefix("http://"))
    assert server.stop() == 0
    assert seen == published, (seen, published)
    return f"{len(seen)} of {len(published)} messages, once each, over 3 restarts"
