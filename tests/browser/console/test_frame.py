"""The frame of the console: login, navigation, the palette, the drawer, shortcuts, connections."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

import pytest
from bambleweeny import Client
from browser.consoles import Console
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from servers import Http, start

ADMIN = {"BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_LOG_LEVEL": "warning"}
PAGES = ["home", "keys", "lists", "topics", "inbox", "routes", "tokens", "users", "audit", "data", "server", "account"]  # fmt: skip
LIVE = ".top .state"
AGAIN = """
const [css, times, done] = arguments;
const button = document.querySelector(css);
const click = (left) => {
  if (button.ariaDisabled === "true") return setTimeout(click, 5, left);
  if (!left) return done();
  button.click();
  setTimeout(click, 5, left - 1);
};
click(times);
"""
"""Clicks a button so many times, each time when it is free."""


def focused(console, css):
    return console.run("return document.activeElement.matches(arguments[0])", css)


def unfold(console, card):
    """Show the call of a card of Home, which is folded if it was done before."""
    console.find(f"[aria-labelledby=card-{card}] summary")
    console.run(f"document.querySelector('[aria-labelledby=card-{card}] details').open = true")


def code_of(server):
    """Return the URL that `bambleweeny console --print` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "console", "--print", "--url", server.url],
        env={**os.environ, "BAMBLEWEENY_USER": "admin", "BAMBLEWEENY_PASSWORD": "changeme"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_the_palette_goes_to_a_key(console):
    console.client.set("app:color", "blue")
    console.open("keys")
    console.chord("k")
    console.type(".search", "app:c")
    console.find("[role=option]", "app:color")
    console.press(Keys.ENTER)
    console.until(lambda: console.browser.current_url.endswith("#/keys/app:color"))


def test_the_palette_goes_to_a_page_and_says_that_it_finds_nothing(console):
    console.open("home")
    console.click(".go")
    console.type(".search", "nothing-begins-so")
    console.find("dialog", "No page and no name")
    console.press(Keys.ESCAPE)
    console.gone("dialog")
    console.until(lambda: focused(console, ".go"))
    console.chord("k")
    console.type(".search", "top")
    console.find("[role=option][aria-selected=true]", "Topics")
    console.press(Keys.ENTER)
    console.find("#content h1", "Topics")


def test_the_place_that_is_chosen_in_the_palette_is_in_view(console):
    console.open("home")
    console.find("#content h1", "Home")
    console.browser.set_window_size(1280, 500)
    try:
        console.chord("k")
        console.find("dialog [role=option]", "API reference")
        console.type(".search", Keys.ARROW_UP)
        console.find("[role=option][aria-selected=true]", "API reference")
        box = "document.querySelector('[role=option][aria-selected=true]').getBoundingClientRect()"
        console.until(lambda: console.run(f"return {box}.bottom <= innerHeight && {box}.top >= 0"))
        console.press(Keys.ESCAPE)
        console.gone("dialog")
    finally:
        console.browser.set_window_size(1200, 1400)


def test_each_window_has_its_name_also_above_another(console):
    console.open("keys")
    console.click("button", "New key")
    console.type("dialog input.mono", "named")
    console.press(Keys.ESCAPE)
    console.find("dialog h2", "Close without saving?")
    [_, upper] = console.browser.find_elements(By.CSS_SELECTOR, "dialog.modal")
    assert upper.accessible_name == "Close without saving?"
    console.click("dialog footer button", "Drop it")
    console.gone("dialog")


def test_a_field_that_the_browser_fills_in_complains_of_nothing(console):
    console.open("home")
    console.find("#content h1", "Home")
    console.run("document.body.dispatchEvent(new Event('keydown', { bubbles: true }))")
    assert console.complaints() == []


def test_a_snippet_is_copied_where_the_browser_has_no_clipboard(console):
    console.open("keys")
    console.find("#content .filter")
    console.run("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    console.run("document.querySelector('#content details').open = true")
    console.click("#content .snippet button", "Copy")
    console.find("#content .snippet button", "Copied")
    shown = console.find("#content .snippet pre").text
    console.chord("k")
    console.find("dialog .search")
    console.chord("v")
    pasted = "return document.querySelector('.search').value"
    console.until(lambda: console.run(pasted).startswith("curl "))
    assert console.run(pasted).split() == shown.split()


def test_the_palette_finds_bins_routes_and_the_guide(console):
    console.client.bins.set({"list": "hooks", "name": "payments"})
    console.client.routes.set({"key": "app:color", "name": "paint", "content_type": "text/plain"})
    console.open("keys")
    for word, kind, address in (("payments", "bin", "#/inbox/"), ("pain", "route", "#/routes/")):
        console.chord("k")
        console.type(".search", word)
        console.find("[role=option]", kind)
        console.press(Keys.ENTER)
        console.until(lambda address=address: address in console.browser.current_url)
        console.find("#content h1", word)
    console.chord("k")
    console.type(".search", "api r")
    console.find("[role=option]", "API reference")
    console.press(Keys.ENTER)
    console.until(lambda: console.browser.current_url.endswith("/docs/api"))
    console.complaints()


def test_the_menu_of_a_narrow_screen_lies_below_the_bar(console):
    console.open("home")
    console.find("#content h1", "Home")
    with console.sized(390, 844):
        console.run("scrollTo(0, 600)")
        console.click(".menu")
        console.until(lambda: focused(console, "#pages [aria-current]"))
        box = "const { top, bottom } = document.querySelector('#pages').getBoundingClientRect(); "
        assert console.run(f"{box} return top >= 0 && top < 120 && bottom <= innerHeight")
        console.press(Keys.ESCAPE)
        console.gone("#pages")
        assert focused(console, ".menu")
        console.click(".menu")
        console.click("#pages a", "Topics")
        console.gone("#pages")
        console.until(lambda: focused(console, "#content"))


def test_errors_leave_with_their_page_and_are_three_at_most(console):
    console.open("home")
    console.find("#content h1", "Home")
    say = "import(document.querySelector('script[src]').src.replace(/main\\.js$/, 'parts/dialogs.js'))"
    console.browser.execute_async_script(
        f"const done = arguments[0]; {say}.then(({{ say }}) => {{"
        "for (const one of '12345') say(`wrong ${one}`, { isError: true }); done(); })"
    )
    console.find(".message.error", "wrong 5")
    assert len(console.browser.find_elements(By.CSS_SELECTOR, ".message")) == 3
    console.click("#pages a", "Keys")
    console.gone(".message.error")


def test_a_button_that_runs_keeps_the_focus(console):
    console.open("home")
    button = "[aria-labelledby=card-topic] .snippet .primary"
    unfold(console, "topic")
    console.click(button)
    console.find("[aria-labelledby=card-topic]", "Done")
    assert focused(console, button)


def test_the_drawer_has_the_last_calls_and_the_snippet_of_each(console):
    console.open("home")
    for card in ("key", "queue", "topic"):
        unfold(console, card)
    for _ in range(2):
        for card in ("key", "queue", "topic"):
            console.click(f"[aria-labelledby=card-{card}] .snippet .primary")
            console.gone(f"[aria-labelledby=card-{card}] .snippet .primary[aria-disabled=true]")
    console.press("c")
    console.find(".drawer")
    for path in ("/keys/hello", "/lists/jobs", "/topics/news"):
        console.click(".drawer .calls button", path)
        assert path in console.find(".drawer .snippet pre", path).text
        for language, word in {"CLI": "bambleweeny", "Python": "client.", "JavaScript": "await client"}.items():  # fmt: skip
            console.click(".drawer .tab", language)
            console.find(".drawer .snippet pre", word)
        console.click(".drawer .tab", "curl")
    text = console.find(".drawer").text
    assert "Bearer $TOKEN" in text
    assert console.run("return JSON.parse(sessionStorage['bambleweeny.session']).token") not in text
    console.browser.execute_async_script(AGAIN, "[aria-labelledby=card-key] .snippet .primary", 60)
    console.find(".drawer h2", "The last 50 calls")
    assert len(console.browser.find_elements(By.CSS_SELECTOR, ".drawer .calls li")) == 50
    console.click(".drawer header .small")
    console.find(".drawer", "appear as curl")
    console.press("c")
    console.gone(".drawer")


def test_single_keys_can_be_switched_off(console):
    console.open("account")
    console.find("#content h1")
    console.press("?")
    console.find("dialog", "Keyboard shortcuts")
    console.press(Keys.ESCAPE)
    console.gone("dialog")
    console.click("#content label", "Single keys")
    console.run("document.activeElement.blur()")
    console.press("c?")
    assert console.found(".drawer") is None
    assert console.found("dialog") is None
    console.chord("k")
    console.find("dialog")
    console.press(Keys.ESCAPE)
    console.gone("dialog")
    console.click("#content label", "Single keys")
    console.run("document.activeElement.blur()")
    console.press("c")
    console.find(".drawer")
    console.press("c")
    console.gone(".drawer")


def test_a_single_key_is_text_in_a_field(console):
    console.open("keys")
    console.find("#content .filter")
    console.press("/")
    console.until(lambda: focused(console, ".filter"))
    console.press("cn")
    assert console.run("return document.activeElement.value").endswith("cn")
    assert console.found(".drawer, dialog") is None
    console.press(Keys.BACKSPACE * 2)


def test_the_skip_link_and_each_page_take_the_focus_to_the_content(console):
    console.open("home")
    console.browser.refresh()
    console.find("#content h1", "Home")
    console.press(Keys.TAB)
    assert focused(console, ".skip")
    console.press(Keys.ENTER)
    assert focused(console, "#content")
    console.click("#pages a", "Lists")
    console.find("#content h1", "Lists")
    console.until(lambda: focused(console, "#content"))
    assert console.browser.title.startswith("Lists ")
    assert console.find("#pages [aria-current=page]").text == "Lists"


def test_a_link_of_the_command_line_logs_in_once(console):
    url = code_of(console.server)
    assert re.fullmatch(re.escape(console.server.url) + r"/console#code=\S+", url)
    console.run("sessionStorage.clear()")
    console.browser.get("about:blank")
    console.browser.get(url)
    console.find("#content h1", "Home")
    assert console.browser.current_url == f"{console.server.url}/console#/home"
    console.run("sessionStorage.clear()")
    console.browser.get("about:blank")
    console.browser.get(url)
    console.find(".login-page .problem", "was used or is older than one minute")
    assert console.find(".login-page a", "Read the guide").get_attribute("href").endswith("/docs")
    assert console.browser.current_url == f"{console.server.url}/console#/home"
    assert any("400" in line or "401" in line for line in console.complaints())
    # In a tab that shows the console no page is loaded.
    console.browser.get(code_of(console.server))
    console.find("#content h1", "Home")
    assert "code" not in console.browser.current_url


def test_no_page_asks_another_origin_and_no_url_has_the_token(console):
    console.browser.get("about:blank")
    console.open("home")
    console.find("#content h1")
    console.run("performance.setResourceTimingBufferSize(10000)")
    token = console.run("return JSON.parse(sessionStorage['bambleweeny.session']).token")
    seen = set()
    for page in PAGES:
        console.open(page)
        console.find("#content h1")
        console.gone("#content .loading")
        seen.add(console.browser.current_url)
    seen |= set(
        console.run(
            "return performance.getEntries().map(({ name }) => name).filter((name) => name.includes(':'))"
        )
    )
    assert len(seen) > 30
    assert [url for url in seen if not url.startswith((f"{console.server.url}/", "blob:"))] == []
    assert [url for url in seen if token in url] == []
    assert console.run("return document.cookie") == ""


def test_neither_a_page_of_a_user_nor_its_script_gets_into_the_console(console):
    keys, routes = console.client.keys, console.client.routes
    keys.set("evil.js", "globalThis.ran = true", type="text/javascript")
    script = routes.create("evil.js", "text/javascript").url
    keys.set(
        "reader",
        "<p>before</p><script>try { document.querySelector('p').textContent = sessionStorage.length; }"
        " catch (ex) { document.querySelector('p').textContent = ex.name; }</script>",
    )
    reader = routes.create("reader", "text/html").url
    keys.set("framer", f'<iframe src="{console.server.url}/console"></iframe>')
    framer = routes.create("framer", "text/html").url
    console.open("home")
    console.find("#content h1")
    tried = console.browser.execute_async_script(
        """
        const [url, done] = arguments;
        const said = [];
        for (const act of [
          () => { const script = document.createElement("script"); script.src = url; document.head.append(script); },
          () => { document.body.insertAdjacentHTML("beforeend", `<img src=x onerror="globalThis.ran = true">`); },
          () => { document.body.innerHTML += "<b>x</b>"; },
          () => { setTimeout("globalThis.ran = true"); },
        ]) {
          try { act(); said.push("done"); } catch (ex) { said.push(ex.name); }
        }
        import(url).then(() => said.push("done"), (ex) => said.push(ex.name)).then(() => done([...said, globalThis.ran ?? null]));
        """,
        script,
    )
    assert "done" not in tried
    assert tried[-1] is None
    console.browser.get(reader)
    console.find("p", "SecurityError")
    console.browser.get(framer)
    console.browser.switch_to.frame(console.browser.find_element(By.TAG_NAME, "iframe"))
    assert console.run("return document.getElementById('app')") is None
    console.browser.switch_to.default_content()
    assert console.complaints()
    console.open("home")
    console.find("#content h1")


def test_a_change_of_another_client_is_seen(console):
    console.open("home")
    console.find(LIVE, "Live")
    begun = monotonic()
    console.client.set("seen:from:elsewhere", "1")
    console.find("#content .opens", "seen:from:elsewhere")
    seconds = monotonic() - begun
    print(f"a foreign PUT is on Home after {seconds:.2f} s")
    assert seconds < 10


def streams_of(server):
    with Http(server.url) as http:
        text = http.get("/metrics").text
    return sum(
        int(float(line.split()[-1]))
        for line in text.splitlines()
        if line.startswith("bambleweeny_streams")
    )


def test_hidden_tabs_hold_no_stream(console):
    browser = console.browser
    console.open("home")
    console.find(LIVE, "Live")
    first = browser.current_window_handle
    console.until(lambda: streams_of(console.server) == 1)
    try:
        for _ in range(10):
            console.run("window.open(location.href)")
            [*_, new] = browser.window_handles
            browser.switch_to.window(new)
            console.find(LIVE, "Live")
            browser.switch_to.window(first)
        states = []
        for handle in browser.window_handles:
            browser.switch_to.window(handle)
            states.append(console.run("return document.visibilityState"))
        print(states)
        console.until(lambda: streams_of(console.server) == 1, "streams")
    finally:
        for handle in browser.window_handles:
            if handle != first:
                browser.switch_to.window(handle)
                browser.close()
        browser.switch_to.window(first)
    console.find(LIVE, "Live")


@pytest.fixture
def away(console, tmp_path):
    """A console whose server can be killed and started again at the same address."""
    data = ("--data-dir", str(tmp_path / "data"))
    server = start("serve", *data, **ADMIN)
    port = server.url.rpartition(":")[2]

    def again():
        return start("serve", *data, listen=f"127.0.0.1:{port}", **ADMIN)

    servers = [server]
    with Client(server.url, username="admin", password="changeme") as client:
        other = Console(console.browser, server, client)
        other.log_in()
        console.may_complain = True
        yield other, servers, again
        console.may_complain = False
    if servers[-1].process.poll() is None:
        servers[-1].stop()
    console.log_in()


def test_the_console_comes_back_with_its_server_and_misses_nothing(away):
    console, servers, again = away
    console.find(LIVE, "Live")
    servers[0].stop(9)
    console.find(LIVE, "No answer from the server")
    servers.append(again())
    with Client(console.server.url, username="admin", password="changeme") as client:
        for number in range(3):
            client.set(f"back:{number}", "1")
        console.find(LIVE, "Live")
        console.until(lambda: console.found(".figures dd").text == "3", "3 keys")
        client.set("back:last", "1")
    console.find("#content .opens", "back:last")
    assert all("Failed to load resource" in line for line in console.complaints())


class Newer(BaseHTTPRequestHandler):
    """A server of a newer version: its pages import what the frame of this one does not have."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(b'import { newer } from "../parts/ui.js";\nexport default newer;\n')

    def log_message(self, *args):
        pass


@contextmanager
def newer(port):
    with ThreadingHTTPServer(("127.0.0.1", port), Newer) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_a_page_that_does_not_fit_the_frame_is_loaded_again_with_it(away):
    console, servers, again = away
    console.find(LIVE, "Live")
    servers[0].stop(9)
    with newer(int(console.server.url.rpartition(":")[2])):
        console.click("#pages a", "Topics")
        console.find("[role=alert]", "This page could not be shown.")
    servers.append(again())
    console.click("[role=alert] button", "Try again")
    console.find("h1", "Topics")
    console.complaints()


@pytest.mark.parametrize(
    ("address", "shown"), [("inbox", "b1"), ("routes", "r1"), ("users", "u1"), ("tokens", "t1")]
)
def test_what_others_add_to_a_list_appears(console, address, shown):
    client = console.client
    console.open(address)
    console.find("h1")
    console.until(lambda: not console.found(".loading"))
    assert not console.found("main", shown)
    {
        "inbox": lambda: client.bins.set({"name": shown, "list": "jobs"}),
        "routes": lambda: client.routes.set({"name": shown, "rules": [{"path": "/a"}]}),
        "users": lambda: client.users.create(shown, "the password"),
        "tokens": lambda: client.tokens.add(shown, ["keys:read"]),
    }[address]()
    console.find("main", shown)


def test_a_message_that_the_server_does_not_answer_goes_when_it_does(away):
    console, servers, again = away
    with Client(console.server.url, username="admin", password="changeme") as client:
        client.set("number", "1")
    console.open("keys/number")
    console.find("main button", "+1")
    servers[0].stop(9)
    console.find(LIVE, "No answer from the server")
    console.click("main button", "+1")
    console.find(".message.error", "The server does not answer.")
    servers.append(again())
    console.find(LIVE, "Live")
    console.gone(".message.error")
