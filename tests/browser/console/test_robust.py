"""What strangers and other clients do to the console: deep and broken bodies, floods of changes, links that log in."""

from json import dumps
from threading import Event, Thread
from time import monotonic

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from servers import Http

DEEP = "[" * 100_000 + "]" * 100_000
MALLORY = ("mallory", "mallory-secret-1")
COUNT = "return performance.getEntriesByType('resource').length"


def link_of(console, name, code):
    return f"{console.server.url}/console#{name}={code}"


def code_of(console, user="admin", password="changeme"):
    """Return a one-time code of a login."""
    with Http(console.server.url) as http:
        login = {"username": user, "password": password}
        token = http.post("/auth/token", json=login).json()["access_token"]
    with Http(console.server.url, token) as http:
        return http.post("/auth/code").json()["code"]


def test_a_key_with_deep_nesting_is_shown_and_edited(console):
    console.client.keys.set("deep", DEEP, type="application/json")
    console.open("keys/deep")
    console.click("button", "Show all")
    console.gone("button", "Show all")
    console.find("pre.code", "[[[[")
    console.press("e")
    console.find("textarea.draft")
    console.click("button", "Cancel")
    console.gone("textarea.draft")
    assert console.found(".problem") is None
    console.open("keys")
    console.find("#content h1", "Keys")


def test_a_body_of_an_open_string_is_shown(console):
    console.client.push("broken", '{"' + "a" * 100_000)
    console.open("lists/broken")
    console.click("#content .grid .opens")
    console.find(".body-view pre", "aaaa")


def test_a_part_that_fails_leaves_the_rest_alone(console):
    console.client.push("parts", "1")
    console.open("lists/parts")
    console.find("#content .grid .opens")
    console.run("globalThis.TextEncoder = null")
    console.click("#content .grid .opens")
    console.find("[role=alert]", "could not be shown")
    console.find("#pages a", "Keys")
    console.open("account")
    console.browser.refresh()
    console.open("lists/parts")
    console.click("#content .grid .opens")
    console.find(".body-view pre", "1")


def test_a_change_while_the_tab_is_hidden_is_shown_after_it(console):
    browser = console.browser
    console.client.keys.set("while:hidden", "before")
    console.open("keys/while:hidden")
    console.find("pre.code", "before")
    console.find(".top .state", "Live")
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    console.client.keys.set("while:hidden", "after")
    browser.close()
    browser.switch_to.window(first)
    # NOTE: not every browser hides a tab behind another one.
    console.run(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    console.find(".top .state", "Paused")
    console.client.keys.set("while:hidden", "at last")
    console.run("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    console.find(".top .state", "Live")
    console.find("pre.code", "at last")


def flooding(act):
    """Run something 20 times a second in a thread, until the returned function is called."""
    ended = Event()

    def flood():
        while not ended.wait(0.05):
            act()

    thread = Thread(target=flood)
    thread.start()
    return lambda: (ended.set(), thread.join())


def test_a_page_loads_while_its_key_changes_all_the_time(console):
    console.client.keys.set("flooded", "0")
    console.open("home")
    console.find("#content h1", "Home")
    network = {"offline": False, "latency": 150, "downloadThroughput": -1, "uploadThroughput": -1}
    console.browser.execute_cdp_cmd("Network.enable", {})
    console.browser.execute_cdp_cmd("Network.emulateNetworkConditions", network)
    stop = flooding(lambda: console.client.keys.set("flooded", "1"))
    try:
        console.open("keys/flooded")
        console.find("pre.code", "1")
    finally:
        stop()
        console.browser.execute_cdp_cmd(
            "Network.emulateNetworkConditions", {**network, "latency": 0}
        )
    console.client.keys.set("flooded", "the last")
    console.find("pre.code", "the last")


def test_a_flood_of_pushes_is_read_a_few_times_a_second(console):
    console.client.push("fast", "0")
    console.open("lists/fast")
    console.find("#content .grid .opens")
    console.find(".top .state", "Live")
    console.run("performance.setResourceTimingBufferSize(10000)")
    stop = flooding(lambda: console.client.push("fast", "1"))
    try:
        begun, before = monotonic(), console.run(COUNT)
        console.until(lambda: monotonic() - begun > 4)
        reads, seconds = console.run(COUNT) - before, monotonic() - begun
    finally:
        stop()
    assert 2 < reads <= 4 * seconds + 4


def test_a_link_asks_before_it_replaces_a_login(console):
    console.client.users.create(*MALLORY)
    console.open("home")
    console.find("#content h1", "Home")
    before = console.token()
    console.browser.get(link_of(console, "code", code_of(console, *MALLORY)))
    console.find("dialog.modal", "You are logged in as admin. Go on?")
    assert "code" not in console.browser.current_url
    console.click("dialog.modal button", "Cancel")
    console.gone("dialog.modal")
    assert console.token() == before
    console.browser.get(link_of(console, "code", code_of(console, *MALLORY)))
    console.click("dialog.modal button.primary", "Log in")
    console.find(".message", "You are logged in as mallory")
    console.until(lambda: Http(console.server.url, before).get("/keys").status_code == 401)
    console.log_in()


def test_an_invitation_keeps_the_session_until_it_is_accepted(console):
    console.open("home")
    console.find("#content h1", "Home")
    before = console.token()
    console.browser.get(link_of(console, "invite", "none"))
    console.find(".login-page .note")
    assert console.token() == before
    console.click(".login-page button", "Stay logged in as admin")
    console.find("#content h1", "Home")
    assert console.token() == before


def focused(console):
    return console.run(
        "return document.activeElement.textContent || document.activeElement.tagName"
    )


def test_enter_never_deletes_unasked_nor_closes_a_question_with_a_word(console):
    for name in ("ask:a", "ask:b"):
        console.client.keys.set(name, "1")
    console.open("keys/ask:a")
    console.click("button.danger")
    console.find("dialog")
    assert focused(console) == "Cancel"
    console.press(Keys.ENTER)
    console.gone("dialog")
    assert console.client.keys.get("ask:a").text() == "1"
    console.open("keys?prefix=ask:")
    console.click("button", "Select all loaded")
    console.click("button.danger", "Delete the selected keys")
    console.find("dialog input")
    assert focused(console) == "INPUT"
    console.press("3", Keys.ENTER)
    assert console.found("dialog input")
    console.press(Keys.BACKSPACE, "2", Keys.ENTER)
    console.gone("dialog")
    console.until(lambda: not list(console.client.keys.list(prefix="ask:")))


def test_the_state_of_the_connection_is_live_as_soon_as_a_topic_is_left(console):
    console.client.topics.publish("leaving", "1")
    console.open("topics/leaving")
    console.find(".state.live")
    console.run(
        "window.states = []; new MutationObserver(() => window.states.push(document.querySelector('.state').className))"
        ".observe(document.querySelector('.state'), {attributes: true})"
    )
    console.run("location.hash = '#/home'")
    console.find("h1", "Home")
    console.find(".state.live")
    assert not [name for name in console.run("return window.states") if "paused" in name]


def test_shift_selects_all_rows_since_the_last(console):
    for number in range(5):
        console.client.keys.set(f"range:{number}", "1")
    console.open("keys?prefix=range:")
    boxes = [console.find(f"input[aria-label='Select range:{number}']") for number in range(5)]
    boxes[1].click()
    ActionChains(console.browser).key_down(Keys.SHIFT).click(boxes[3]).key_up(Keys.SHIFT).perform()
    console.find("main", "3 keys selected")
    console.run("arguments[0].focus()", boxes[4])
    chain = ActionChains(console.browser).key_down(Keys.SHIFT).send_keys(Keys.SPACE)
    chain.key_up(Keys.SHIFT).perform()
    console.find("main", "4 keys selected")
    console.client.keys.delete_all(prefix="range:")


def test_escape_closes_the_calls_and_any_part_of_a_name_finds_it(console):
    console.client.bins.set({"list": "hooks", "name": "of-payments"})
    console.open("home")
    console.click("header button", "Calls")
    console.find(".drawer")
    console.press(Keys.ESCAPE)
    console.gone(".drawer")
    console.chord("k")
    console.type("dialog .search", "payments")
    console.find("dialog [role=option]", "of-payments")
    console.client.bins.delete("of-payments")


def test_json_without_a_type_gets_that_of_json_unless_another_is_chosen(console):
    console.open("keys")
    console.click("button", "New key")
    console.type("dialog input.mono", "typed")
    console.type("dialog textarea", '{"a": 1')
    assert console.run("return document.querySelector('dialog input[list]').value") == ""
    console.type("dialog textarea", "}")
    console.until(lambda: console.run("return document.querySelector('dialog input[list]').value") == "application/json")  # fmt: skip
    console.fill("dialog input[list]", "text/x-mine")
    console.type("dialog textarea", " ")
    console.click("dialog button.primary", "Create")
    console.find("h1", "typed")
    assert console.client.keys.get("typed").type == "text/x-mine"


def test_a_refused_route_is_shown_with_its_error_and_keeps_its_name(console):
    console.open("routes")
    console.click("button", "New route")
    console.browser.set_window_size(1280, 500)
    rule = {"path": "/a", "answers": [{"stat": 1}]}
    console.fill("dialog .editor textarea", dumps({"name": "mine", "rules": [rule]}))
    assert console.find("dialog input[name=name]").get_attribute("value") == "mine"
    console.fill("dialog input[name=name]", "other")
    console.click("dialog button.primary")
    console.find("dialog .problem", "stat")
    [problem, footer] = [console.find(f"dialog {css}").rect for css in (".problem p", "footer")]
    seen = console.run("return document.querySelector('dialog .problem').getBoundingClientRect()")
    assert seen["top"] > 0 and problem["y"] < footer["y"]
    assert '"name": "other"' in console.find("dialog .editor textarea").get_attribute("value")
    assert "400" in console.complaints()[0]
    console.browser.set_window_size(1200, 1400)


def test_the_table_of_bins_counts_and_dates_requests_as_they_come(console):
    console.client.bins.set({"list": "counted", "name": "counted"})
    with Http(console.server.url) as http:
        console.open("inbox")
        console.find("tr.row td", "none")
        for _ in range(2):
            http.post("/bins/@admin/counted", data=b"1")
        console.find("tr.row td.number", "2")
        console.find("tr.row td", "second")
    console.client.bins.delete("counted")
    console.client.lists.delete("counted")


def in_modules(console, script):
    """Run JavaScript with `call`, `recent`, `request` and `confirm` of the console, and return what it returns."""
    return console.browser.execute_async_script(
        """
        const done = arguments[0];
        const place = document.querySelector("script[src]").src.replace(/main\\.js$/, "parts/");
        const modules = ["api", "request", "dialogs"].map((name) => import(`${place}${name}.js`));
        Promise.all(modules).then(async ([{ call, recent }, { request }, { confirm }]) => {
        """
        + script
        + "}).then(done, (error) => done(String(error)));"
    )


def test_the_calls_show_that_one_was_broken_off_and_keep_little_of_a_long_body(console):
    console.open("home")
    console.find("#content h1", "Home")
    assert in_modules(
        console,
        """
        const aborter = new AbortController();
        const sent = request("PUT", ["keys", "long"], { body: new Uint8Array(3 << 20) });
        const calling = call(sent, { signal: aborter.signal });
        aborter.abort();
        const name = await calling.catch((error) => error.name);
        const [{ status, request: { body } }] = recent.value;
        return [name, status, body.length];
        """,
    ) == ["AbortError", 0, 1 << 20]


def test_an_error_of_a_proxy_is_a_sentence(console):
    console.open("home")
    console.find("#content h1", "Home")
    assert in_modules(
        console,
        """
        const sent = window.fetch;
        window.fetch = async () => new Response('{"message": "bad gateway"}', { status: 502 });
        const calling = call(request("GET", ["info"]));
        window.fetch = sent;
        const { status, info, code } = await calling.catch((error) => error);
        return [status, info, code];
        """,
    ) == [502, "The server answered 502.", "unknown"]


def test_a_question_that_another_one_replaces_is_answered(console):
    console.open("home")
    console.find("#content h1", "Home")
    answer = in_modules(
        console,
        """
        const first = confirm({ title: "First?", action: "Yes" });
        void confirm({ title: "Second?", action: "Yes" });
        return await first;
        """,
    )
    assert answer is False
    console.find("dialog h2", "Second?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")


def test_a_page_of_rows_that_cannot_be_read_is_not_asked_for_again_and_again(console):
    with console.client.batch() as batch:
        for number in range(300):
            batch.push(f"paged:{number:04}", "1")
    console.open("lists?prefix=paged:")
    console.find("a.opens", "paged:0000")
    console.run(
        """
        [window.sent, window.failed] = [fetch, 0];
        window.fetch = (url, ...rest) => {
          if (!url.includes("after=")) return sent(url, ...rest);
          window.failed++;
          return Promise.reject(new TypeError("unreachable"));
        };
        """
    )
    console.run("document.querySelector('.grid').scrollTop = 1e6")
    console.find(".problem", "The server does not answer.")
    begun = monotonic()
    console.until(lambda: monotonic() - begun > 1)
    assert 1 <= console.run("return window.failed") <= 3
    console.run("window.fetch = window.sent")
    console.click(".problem button", "Try again")
    console.until(
        lambda: (
            console.run("document.querySelector('.grid').scrollTop = 1e6"),
            console.found("a.opens", "paged:0299"),
        )[1]
    )
    console.gone(".problem")


def test_a_read_above_the_rate_is_asked_for_again_and_a_write_is_not(console):
    console.open("home")
    console.find("#content h1", "Home")
    assert in_modules(
        console,
        """
        const real = window.fetch;
        const asked = async (method, times, wait) => {
          let count = 0;
          window.fetch = async () => ++count > times ? new Response("read")
            : new Response('{"code": "rate_limited", "info": "slow"}', { status: 429, headers: { "Retry-After": wait } });
          const said = await call(request(method, ["keys", "a"])).then((answer) => answer.text(), ({ info }) => info);
          return [said, count];
        };
        try {
          return [await asked("GET", 2, "0.01"), await asked("PUT", 2, "0.01"), await asked("GET", 2, "3600")];
        } finally {
          window.fetch = real;
        }
        """,
    ) == [["read", 3], ["slow", 1], ["slow", 1]]


def test_the_time_of_a_call_is_without_that_of_a_login(console):
    console.open("home")
    console.find("#content h1", "Home")
    assert in_modules(
        console,
        """
        const { session, begin, needsLogin } = await import(`${place}session.js`);
        const [real, now, before] = [window.fetch, performance.now, session.value];
        const renewed = { ...before, token: `${before.token}x` };
        let waited = 0;
        performance.now = () => now.call(performance) + waited;
        window.fetch = async (_, { headers }) => new Response("read", { status: headers.get("Authorization").endsWith("x") ? 200 : 401 });
        const stop = needsLogin.subscribe((needed) => needed && ((waited = 1e6), queueMicrotask(() => begin(renewed))));
        try {
          const answer = await call(request("GET", ["keys", "timed"]));
          return [answer.text(), recent.value.find((one) => one.request.segments[1] === "timed").ms < 1e6];
        } finally {
          stop();
          [window.fetch, performance.now] = [real, now];
          begin(before);
        }
        """,
    ) == ["read", True]
