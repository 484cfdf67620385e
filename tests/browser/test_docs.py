"""The documentation page in a real browser, with no other host in reach."""

import os
from pathlib import Path

import pytest
from proxies import proxy_of
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from servers import Http

PREFIX = "/b9y"


def find(browser, css, text=None):
    """Wait for an element that is shown, and has a text if one is given."""

    def shown(_):
        for element in browser.find_elements(By.CSS_SELECTOR, css):
            if element.is_displayed() and (text is None or text in element.text):
                return element
        return None

    return WebDriverWait(browser, 20, poll_frequency=0.05).until(shown, f"{css} {text}")


def keep_picture(browser, name):
    """Keep a screenshot where SCREENSHOTS says."""
    if os.environ.get("SCREENSHOTS"):
        browser.save_screenshot(str(Path(os.environ["SCREENSHOTS"]) / f"{name}.png"))


def log_in(browser):
    find(browser, ".btn.authorize").click()
    find(browser, "#oauth_username").send_keys("admin")
    find(browser, "#oauth_password").send_keys("changeme")
    find(browser, ".auth-container button.authorize").click()
    find(browser, ".auth-container", "Authorized")
    keep_picture(browser, "authorized")
    find(browser, "button.btn-done").click()


def begin(browser, call):
    """Open a call and press 'Try it out'."""
    element = find(browser, call)
    browser.execute_script("arguments[0].scrollIntoView()", element)
    element.find_element(By.CSS_SELECTOR, ".opblock-summary-control").click()
    find(browser, f"{call} .try-out__btn").click()
    find(browser, f"{call} button.execute")


def execute(browser, call):
    """Press 'Execute' and return the answer."""
    find(browser, f"{call} button.execute").click()
    answer = find(browser, f"{call} .live-responses-table .response")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", answer)
    return answer.text


def complaints(browser):
    return [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]


@pytest.fixture
def behind_a_prefix(sandbox):
    """A proxy that passes on what is below a prefix."""
    with proxy_of(sandbox.url, PREFIX) as proxy:
        yield proxy


def test_a_call_can_be_tried_out_with_the_password_flow(browser, sandbox):
    browser.get(f"{sandbox.url}/docs")
    find(browser, ".opblock-summary-path", "/keys/{name}")
    keep_picture(browser, "docs")
    log_in(browser)

    call = "#operations-keys-setKey"
    begin(browser, call)
    keep_picture(browser, "call")
    find(browser, f"{call} .body-param textarea").send_keys("bar")
    answer = execute(browser, call)
    keep_picture(browser, "result")
    assert "200" in answer
    assert '"info": "ok"' in answer
    assert not complaints(browser)


def test_a_browser_at_the_front_door_sees_the_docs(browser, sandbox):
    browser.get(sandbox.url)
    find(browser, ".title", "Bambleweeny")
    assert browser.current_url == f"{sandbox.url}/docs"


def test_behind_a_proxy_that_strips_a_prefix_all_of_it_works(browser, behind_a_prefix):
    url = behind_a_prefix.url + PREFIX
    for door in ("/", "/docs/", "/docs"):
        browser.get(url + door)
        find(browser, ".opblock-summary-path", "/keys/{name}")
        assert browser.current_url == f"{url}/docs"
    keep_picture(browser, "prefix")
    log_in(browser)
    begin(browser, "#operations-lists-countItems")
    assert '"ready": 0' in execute(browser, "#operations-lists-countItems")
    asked = [line.split()[1] for line in behind_a_prefix.seen]
    assert asked[-1] == f"{PREFIX}/lists/foo/stats"
    assert all(path.startswith(f"{PREFIX}/") for path in asked)
    assert not complaints(browser)


def test_try_it_out_sends_what_is_typed_and_nothing_else(browser, behind_a_prefix):
    proxy = behind_a_prefix
    browser.get(f"{proxy.url}{PREFIX}/docs")
    log_in(browser)
    for name, typed, line in [
        ("keys-getKey", {"name": "colour"}, "GET /b9y/keys/colour HTTP/1.1"),
        ("keys-incrKeyByPost", {"name": "n", "by": "5"}, "POST /b9y/incr/n?by=5 HTTP/1.1"),
        ("lists-pushItem", {"name": "jobs"}, "POST /b9y/lists/jobs HTTP/1.1"),
        ("lists-leaseItems", {"name": "jobs"}, "POST /b9y/lists/jobs/lease HTTP/1.1"),
        ("topics-readTopic", {"name": "t", "since": "all"}, "GET /b9y/topics/t?since=all HTTP/1.1"),
        ("keys-patchKey", {"name": "colour", "ttl": "1h"}, "PATCH /b9y/keys/colour?ttl=1h HTTP/1.1"),
    ]:  # fmt: skip
        call = f"#operations-{name}"
        begin(browser, call)
        for parameter, text in typed.items():
            field = find(browser, f"{call} tr[data-param-name={parameter}] input")
            field.send_keys("\ue009a\ue000", text)
        execute(browser, call)
        assert proxy.seen[-1] == line
        head = proxy.heads[-1].lower()
        for header in ("if-match", "if-none-match", "range", "idempotency-key", "last-event-id"):
            assert f"\n{header}:" not in head


def test_only_the_scripts_of_the_page_run(browser, sandbox):
    """Scripts that tenants publish under this origin are not trusted, nor is what is injected."""
    with Http(sandbox.url, sandbox.token()) as http:
        http.put("/keys/evil", data=b"window.ran = true")
        route = http.post("/routes", json={"key": "evil", "content_type": "text/javascript"})
    browser.get(f"{sandbox.url}/docs")
    find(browser, ".title", "Bambleweeny")
    outcome = browser.execute_async_script(
        """
        const [source, done] = arguments;
        const outcomes = [];
        const add = (name, properties) => {
          const element = Object.assign(document.createElement(name), properties);
          element.onload = element.onerror = ({ type }) => outcomes.push(type);
          document.head.append(element);
        };
        add("script", { src: source });
        add("script", { src: source, type: "module" });
        add("link", { rel: "stylesheet", href: source });
        document.head.append(Object.assign(document.createElement("script"), { text: "window.ran = true" }));
        document.head.append(Object.assign(document.createElement("base"), { href: "https://evil.example/" }));
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
        const timer = setInterval(() => {
          if (outcomes.length < 3) return;
          clearInterval(timer);
          done([outcomes, window.ran ?? null, new URL("x", document.baseURI).origin]);
        }, 10);
        """,
        sandbox.url + route.json()["path"],
    )
    assert outcome == [["error", "error", "error"], None, sandbox.url]
    assert len(complaints(browser)) >= 5


def test_nobody_can_frame_the_page(browser, sandbox):
    frame = f"<iframe src='{sandbox.url}/docs'></iframe>"
    with Http(sandbox.url, sandbox.token()) as http:
        http.put("/keys/frame", data=frame)
        route = http.post("/routes", json={"key": "frame", "content_type": "text/html"}).json()
    for origin in (sandbox.url, sandbox.url.replace("127.0.0.1", "localhost")):
        browser.get(origin + route["path"])
        browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
        assert browser.execute_script("return location.href") == "chrome-error://chromewebdata/"
