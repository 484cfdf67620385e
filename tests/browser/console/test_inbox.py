"""The inbox of the console: bins, what they received, and why they refused a request."""

import hmac
import json
import subprocess
from contextlib import suppress
from itertools import count
from urllib.parse import quote

import pytest
import requests
from bambleweeny.errors import NotFound

SECRET = "the secret"
EVIL = '<img src=x onerror="window.hacked=1">\'; touch x #'
ROWS = ".grid tbody .row"
WITHOUT_STREAMS = """
const real = window.fetch;
window.fetch = (asked, ...rest) => (/[/]events[?]/.test(asked.url ?? asked) ? Promise.resolve(new Response("{}", { status: 429 })) : real(asked, ...rest));
"""


_numbers = count(1)


@pytest.fixture
def hook(console):
    """Creates a bin with a name and a list that no other test has, and returns its URL."""
    name = f"gh{next(_numbers)}"

    def create(**document):
        made = console.client.bins.set(
            {"list": f"{name}-list", "name": name, "keep": "request", **document}
        )
        return made.url

    create.name, create.list = name, f"{name}-list"
    yield create
    with suppress(NotFound):
        console.client.bins.delete(name)


def post(url, data=b"x", **more):
    return requests.post(url, data=data, timeout=10, **more)


def signed(body):
    return {
        "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, 'sha256').hexdigest()}"
    }


def texts(console, css):
    return console.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", css)  # fmt: skip


def copied(console):
    """Make the page remember what it copies."""
    console.run(
        "window.copied = null;"
        "Object.defineProperty(navigator, 'clipboard', "
        "{configurable: true, value: {writeText: async (text) => { window.copied = text; }}})"
    )
    return lambda: console.until(lambda: console.run("return window.copied"))


def test_a_new_bin_is_made_by_keyboard_and_shows_its_first_request(console):
    console.open("inbox")
    console.find(".empty")
    console.run("document.activeElement.blur()")
    console.press("n")
    console.fill("input[name=queue]", "first")
    console.fill("input[name=name]", "mine")
    console.type("input[name=name]", "\ue007")
    url = console.find(".url code").text
    assert url == f"{console.server.url}/bins/@admin/mine"
    console.find(".empty", "curl")
    assert post(f"{url}/push?a=1", b'{"big": 1152921504606846977}').ok
    console.find(ROWS, "POST /push?a=1")
    console.find(".request pre", "1152921504606846977")
    listen = "bambleweeny listen mine --to http://localhost:3000/hook --url "
    assert listen + console.server.url in console.find(".about").text
    console.client.bins.delete("mine")
    console.client.lists.delete("first")


def test_a_request_appears_and_moves_neither_focus_nor_choice(console, hook):
    url = hook()
    post(f"{url}/one")
    console.open(f"inbox/{hook.name}")
    console.find(".request h2", "/one")
    console.run("document.querySelector('.grid .opens').focus()")
    for number in range(3):
        post(f"{url}/more-{number}")
    console.until(lambda: len(texts(console, ROWS)) == 4)
    assert "/more-2" in texts(console, ROWS)[0]
    assert "/one" in console.run("return document.activeElement.textContent")
    assert "/one" in console.find(".request h2").text
    console.until(lambda: console.browser.title.startswith(f"(3) {hook.name}"))
    console.click(".opens", "/more-1")
    console.find(".request h2", "/more-1")
    console.until(lambda: console.browser.title.startswith(f"(2) {hook.name}"))
    console.click("button", "Mark as seen")
    console.until(lambda: console.browser.title.startswith(hook.name))
    stats = console.client.lists.stats(hook.list)
    assert (stats["ready"], stats["leased"]) == (4, 0)


def test_the_whole_request_is_shown_and_nothing_in_it_runs(console, hook):
    url = hook()
    body = (
        f'--B\r\nContent-Disposition: form-data; name="{EVIL.replace(chr(34), "")}"\r\n\r\n{EVIL}\r\n'
        '--B\r\nContent-Disposition: form-data; name="f"; filename="a<b>.bin"\r\n'
        "Content-Type: image/x\r\n\r\nBYTES\r\n--B--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=B", "X-Evil": EVIL}
    requests.put(
        f"{url}/%3Cscript%3E<b>?q={quote(EVIL)}&q=2", data=body, headers=headers, timeout=10
    )
    console.open(f"inbox/{hook.name}")
    console.find(".request h2", "PUT /")
    cells = texts(console, ".pairs td")
    assert EVIL in cells
    assert "2" in cells
    console.find(".part", "file a<b>.bin, image/x, 5 B")
    console.find(".request pre", EVIL)
    assert "not checked" in console.find(".request .facts").text
    post(
        url, f"a=1&b={EVIL}".encode(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    console.click(".opens", "POST /")
    console.find("table[aria-label='Form fields'] td", EVIL.replace("+", " "))
    assert console.run("return window.hacked") is None


def test_a_bin_of_a_topic_shows_what_comes(console, hook):
    hook()
    topic = console.client.bins.set({"topic": "news", "name": "tn", "keep": "request"})
    post(f"{topic.url}/before")
    console.open("inbox/tn")
    console.find(ROWS, "/before")
    post(f"{topic.url}/{'later'}", EVIL.encode())
    console.click(".opens", "/later")
    console.find(".request pre", EVIL)
    console.client.bins.delete("tn")
    console.client.topics.delete("news")


def test_a_copied_curl_sends_the_same_bytes(console, hook, tmp_path):
    url = hook()
    body = b"'; touch x #\n\x00\xff$HOME"
    post(f"{url}/a'b?x=$(id)&y=[1-2]", body, headers={"X-Quote": "it's", "Content-Type": "a/b"})
    console.open(f"inbox/{hook.name}")
    copy = copied(console)
    console.click("button", "As curl")
    console.fill("input[name=curl-to]", f"{url}/again")
    console.find(".curl pre", "/again")
    console.click("button", "Copy curl")
    command = copy()
    subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, check=True, capture_output=True, timeout=30
    )
    assert list(tmp_path.iterdir()) == []
    console.find(ROWS, "/again")
    second, first = [
        json.loads(item.value) for item in console.client.lists.items(hook.list, order="newest")
    ]
    assert second["body"] == first["body"]
    assert second["path"] == "/again" + first["path"]
    assert second["query"] == first["query"]
    assert second["headers"].items() >= {"x-quote": "it's", "content-type": "a/b"}.items()


def test_a_refused_request_is_shown_live_with_the_reason(console, hook):
    url = hook(verify={"scheme": "github", "secrets": [SECRET]}, methods=["POST"])
    console.open(f"inbox/{hook.name}?show=refused")
    console.find(".empty", "refused no request")
    assert post(url).status_code == 401
    console.find(".refusals", "no header X-Hub-Signature-256")
    assert post(f"{url}/{EVIL}", headers=signed(b"y")).status_code == 401
    console.find(".refusals", "No secret of the bin makes its signature")
    console.find("a.tab .count", "2")
    assert console.run("return window.hacked") is None
    console.click("a.tab", "Test request")
    console.click(".tester button.primary")
    console.find(".answer .badge", "401")
    console.find(".answer code", "invalid_signature")
    console.find("a.tab .count", "3")
    console.complaints()
    post(url, headers=signed(b"x"))
    console.click("a.tab", "Requests")
    console.find(".request .badge", "verified")


def number_of_refused(console):
    return console.run("return document.querySelector('a.tab[href*=refused] .count')?.textContent")


def test_the_number_of_refused_requests_is_right_at_once(console, hook):
    url = hook(rate="1/h")
    console.open(f"inbox/{hook.name}")
    console.find(".empty", f"/bins/@admin/{hook.name}")
    assert post(url).ok
    console.find(ROWS)
    assert post(url).status_code == 429
    console.until(lambda: number_of_refused(console) == "1")
    console.open("keys")
    console.find("h1", "Keys")
    assert post(url).status_code == 429
    console.open(f"inbox/{hook.name}")
    console.until(lambda: number_of_refused(console) == "2")
    console.client.lists.delete(hook.list)
    console.click(".empty button", "Run it here")
    console.find(".refusals li:nth-of-type(3)", "429")
    assert number_of_refused(console) == "3"
    console.complaints()


def test_refusals_are_shown_when_events_are_polled(console, hook):
    url = hook(methods=["PUT"])
    script = {"source": WITHOUT_STREAMS}
    added = console.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    console.open(f"inbox/{hook.name}?show=refused")
    console.browser.refresh()
    console.find(".state", "Refreshing")
    console.find(".empty", "refused no request")
    assert post(url).status_code == 405
    console.find(".refusals", "405")
    assert number_of_refused(console) == "1"
    console.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    console.open("account")
    console.browser.refresh()
    console.find(".state", "Live")


def test_a_bin_that_refuses_unsigned_requests_offers_a_signed_one(console, hook, tmp_path):
    hook(verify={"scheme": "github", "secrets": [SECRET]})
    console.open(f"inbox/{hook.name}")
    console.find(".empty", "This bin refuses unsigned requests.")
    assert console.found(".empty button", "Run it here") is None
    command = console.find(".empty pre", "openssl").text
    assert f"/bins/@admin/{hook.name}" in command
    subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, check=True, capture_output=True, timeout=30,
        env={"SECRET": SECRET, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    console.find(".request .badge", "verified")


def test_a_refused_field_shows_why_below_it(console, hook):
    hook()
    console.open(f"inbox/{hook.name}")
    console.find(".empty")
    console.run("document.activeElement.blur()")
    console.press("e")
    console.until(lambda: console.run("return document.activeElement.name") == "target")
    console.fill("input[name=once]", "x-id")
    console.click("dialog button.primary", "Save")
    console.find("#about-once", "Write header NAME, query NAME or body PATH.")
    console.fill("input[name=once]", "header x-id")
    console.fill("input[name=rate]", "often")
    console.click("dialog button.primary", "Save")
    console.find("#about-rate", "'Rate' is a number of requests")
    assert console.find("#about-rate a").get_attribute("href").endswith("/docs/webhook-reference")
    assert console.find("input[name=rate]").get_attribute("aria-invalid") == "true"
    console.complaints()
    console.fill("input[name=rate]", "10/s")
    console.click("dialog button.primary", "Save")
    console.gone("dialog")
    console.find(".about", "header x-id")
    console.find(".about", "10/s")


def test_many_headers_are_readable_and_closed(console, hook):
    url = hook()
    headers = {f"X-Header-With-A-Name-{number}": f"value-{number}" for number in range(12)}
    post(url, headers=headers)
    console.open(f"inbox/{hook.name}")
    console.click(".request summary", "Show all")
    for width in (1280, 390, 320):
        cell = ".pairs th[scope=row]"
        with console.sized(width, is_mobile=False):
            assert console.run(f"return document.querySelector('{cell}').clientWidth") > 80


def test_a_request_is_replayed_deleted_and_the_rest_purged(console, hook):
    url = hook()
    post(f"{url}/a%2Fb?x=1&x=2", b"whole", headers={"X-Twice": "yes"})
    console.open(f"inbox/{hook.name}")
    console.click(".request button", "Replay")
    console.find(".message", "Sent to the bin again: 200")
    console.until(lambda: len(texts(console, ROWS)) == 2)
    replayed, first = [
        json.loads(item.value) for item in console.client.lists.items(hook.list, order="newest")
    ]
    for name in ("method", "path", "query", "body"):
        assert replayed[name] == first[name]
    assert replayed["headers"]["x-twice"] == "yes"
    console.click(".request button.danger", "Delete")
    console.click("dialog button", "Delete")
    console.until(lambda: len(texts(console, ROWS)) == 1)
    console.click("button", "Delete all ready")
    assert not console.find("dialog button.danger").is_enabled()
    console.type("dialog input", hook.list)
    console.click("dialog button.danger")
    console.find(".empty", "No request is here yet")


def test_a_request_whose_path_leaves_the_bin_is_not_sent_again(console, hook):
    hook()
    for path in ("/../../../auth/token", "/%2e%2e/x", "\\..\\x", "/a%2f..%2f..%2fx"):
        request = {"time": "2026-11-28T02:38:42.853Z", "method": "POST", "path": path}
        console.client.lists.push(hook.list, json.dumps(request))
    console.open(f"inbox/{hook.name}")
    for path in ("auth/token", "%2e%2e", "\\..", "%2f.."):
        console.click(".opens", path)
        console.find(".request h2", path)
        console.click(".request button", "Replay")
        console.find(".message", "leads out of the bin")
        console.click(".message button")
        console.click(".request button", "As curl")
        console.find(".curl", "there is no command")
    console.click("a.tab", "Test request")
    console.fill(".tester input[name=path]", "/../../auth/token")
    console.click(".tester button.primary")
    console.find(".problem", "This path leads out")
    assert not any("auth/token" in address for address in console.addresses()[-3:])
    assert console.client.lists.stats(hook.list)["in"] == 4


def test_a_replay_sends_no_login_of_the_sender(console, hook):
    url = hook()
    post(
        url,
        headers={"Authorization": "Bearer x", "Cookie": "a=b", "Referer": "http://x", "X-A": "1"},
    )
    console.open(f"inbox/{hook.name}")
    console.click(".request button", "Replay")
    console.until(lambda: len(texts(console, ROWS)) == 2)
    newest = next(iter(console.client.lists.items(hook.list, order="newest")))
    headers = json.loads(newest.value)["headers"]
    assert headers["x-a"] == "1"
    assert not {"authorization", "cookie", "referer"} & headers.keys()


def test_a_request_stays_in_view_when_a_worker_takes_it(console, hook):
    post(f"{hook()}/taken")
    console.open(f"inbox/{hook.name}")
    console.find(".request h2", "/taken")
    [leased] = console.client.lists.lease(hook.list)
    console.find("a.tab.leased .count", "1")
    console.find(".request .badge", "Leased")
    console.client.lists.ack(hook.list, leased.lease)
    console.find(".request .note", "not in the list any more")
    console.find(".request h2", "/taken")
    console.complaints()


def test_an_edited_bin_keeps_its_secret_and_what_others_saved(console, hook):
    url = hook(verify={"scheme": "github", "secrets": [SECRET]})
    console.open(f"inbox/{hook.name}")
    console.find(".request, .empty")
    console.run("document.activeElement.blur()")
    console.press("e")
    console.fill("input[name=once]", "header x-id")
    console.client.bins.set({**console.client.bins.get(hook.name), "list": "other"}, hook.name)
    console.click("dialog button.primary")
    console.find("dialog h2", "This document was changed")
    console.click("dialog button", "Merge both")
    console.until(
        lambda: (
            console.run("return document.querySelector('dialog input[name=queue]')?.value")
            == "other"
        )
    )
    console.click("dialog button.primary", "Save")
    console.gone("dialog")
    document = console.client.bins.get(hook.name)
    assert (document["list"], document["once"]) == ("other", "header x-id")
    assert post(url, headers={**signed(b"x"), "X-Id": "1"}).ok
    console.client.lists.delete("other")


def test_a_bin_that_was_opened_by_its_name_may_get_another(console, hook):
    hook()
    console.open(f"inbox/{hook.name}")
    console.find(".url code", hook.name)
    console.run("document.activeElement.blur()")
    console.press("e")
    console.fill("dialog input[name=name]", f"{hook.name}-new")
    console.click("dialog button.primary")
    console.find("h1", f"{hook.name}-new")
    console.client.bins.delete(f"{hook.name}-new")


def test_a_refused_document_names_the_line(console, hook):
    hook()
    console.open(f"inbox/{hook.name}")
    console.find(".empty")
    console.run("document.activeElement.blur()")
    console.press("e")
    console.click("dialog .tab", "JSON")
    console.fill(
        "dialog .editor textarea", f'{{"list": "hooks",\n"name": "{hook.name}",\n"rate": "often"}}'
    )
    console.click("dialog button.primary", "Save")
    console.find("dialog .problem", "'rate' is a number of requests")
    assert console.find("dialog .gutter mark").text == "3"
    console.complaints()
    console.press("\ue00c")


def test_a_bin_is_deleted_by_typing_its_name(console, hook):
    url = hook()
    console.open(f"inbox/{hook.name}")
    console.click("button", "Delete bin")
    console.type("dialog input", hook.name)
    console.click("dialog button.danger")
    console.find(".message", f"{hook.name} is deleted")
    assert post(url).status_code == 404


def test_the_pages_fit_narrow_screens(console):
    url = console.client.bins.set({"list": "b" * 255, "name": "a" * 64, "keep": "request"}).url
    post(f"{url}/{'long' * 60}?q={'v' * 300}", b"y" * 3000, headers={"X-Long": "z" * 500})
    with console.sized(320):
        for address in ("inbox", f"inbox/{'a' * 64}", f"inbox/{'a' * 64}?show=test"):
            console.open(address)
            console.find("h1")
            console.find(".grid, .tester")
            assert_fits(console)
        console.open(f"inbox/{'a' * 64}")
        console.click(".opens", "POST")
        console.find(".request h2", "POST")
        assert_fits(console)
    console.client.bins.delete("a" * 64)


def assert_fits(console):
    width = console.run("return document.documentElement.scrollWidth")
    assert width <= 320, console.run(
        "return [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > 321)"
        ".map((e) => e.outerHTML.slice(0, 120)).slice(0, 5)"
    )


def test_the_table_shows_refusals_and_which_lists_are_shared(console, hook):
    url = hook(methods="POST")
    console.client.bins.set({"list": hook.list, "name": "beside", "keep": "request"})
    assert post(url).ok
    assert requests.get(url, timeout=10).status_code == 405
    console.open("inbox")
    console.find(f"{ROWS}", hook.name)
    cells = "return [...document.querySelectorAll('.grid tbody .row')].map(({textContent}) => textContent)"
    console.until(lambda: sum(row.count("(shared)") == 2 for row in console.run(cells)) == 2)
    console.click(f"a.cell[aria-label='Requests that {hook.name} refused']", "1")
    console.find(".refusals", "405")
    console.open("inbox/beside")
    console.find("#content .note", f"The list {hook.list} also gets what other bins receive")
    console.click("#content .note a", hook.name)
    console.find("h1", hook.name)
    console.find(".beside dt", "Size of the body")
    console.client.bins.delete("beside")


def test_a_bin_whose_document_is_no_json_is_not_sent(console):
    console.open("inbox")
    console.click("button", "New bin")
    console.click("dialog .tab", "JSON")
    console.fill("dialog .editor textarea", "{")
    console.until(lambda: not console.find("dialog button.primary", "Create bin").is_enabled())
