"""The guide and the reference in a real browser, with no other host in reach."""

import os
from pathlib import Path

import pytest
from proxies import proxy_of
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from servers import Http

PREFIX = "/b9y"
CONTRAST = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgb = (color) => {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data;
};
const light = (color) => {
  const [r, g, b] = [...rgb(color)].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (rgb(color)[3] === 255) return color;
  }
  return "white";
};
const low = [];
for (const element of document.querySelectorAll("body *")) {
  const has = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!has || !element.getClientRects().length || element.closest("svg, .anchor")) continue;
  const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
  if ((a + 0.05) / (b + 0.05) < 4.5) low.push(element.outerHTML.slice(0, 80));
}
return low;
"""


def find(browser, css, text=None):
    """Wait for an element that is shown, and has a text if one is given."""

    def shown(_):
        for element in browser.find_elements(By.CSS_SELECTOR, css):
            if element.is_displayed() and (text is None or text in element.text):
                return element
        return None

    return WebDriverWait(browser, 60, poll_frequency=0.05).until(shown, f"{css} {text}")


def keep_picture(browser, name):
    """Keep a screenshot where SCREENSHOTS says."""
    if os.environ.get("SCREENSHOTS"):
        browser.save_screenshot(str(Path(os.environ["SCREENSHOTS"]) / f"{name}.png"))


def show(browser, width, scheme):
    """Give the browser's window a width and a colour scheme."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def log_in(browser):
    find(browser, "#password").send_keys("changeme")
    find(browser, "#login button").click()
    find(browser, "#state", "Logged in as admin for 50 minutes.")


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


def test_a_call_can_be_tried_after_one_login(browser, sandbox):
    browser.get(f"{sandbox.url}/docs/api")
    find(browser, ".opblock-summary-path", "/keys/{name}")
    keep_picture(browser, "api")
    log_in(browser)
    call = "#operations-keys-setKey"
    begin(browser, call)
    assert "curl -X PUT" in find(browser, f"{call} .opblock-description").text
    keep_picture(browser, "api-call")
    answer = execute(browser, call)
    keep_picture(browser, "api-result")
    assert "200" in answer
    assert '"info": "ok"' in answer
    assert not complaints(browser)
    browser.refresh()
    find(browser, ".opblock-summary-path", "/keys/{name}")
    assert browser.execute_script("return localStorage.length + sessionStorage.length") == 0


def test_a_wrong_password_gets_a_sentence(browser, sandbox):
    browser.get(f"{sandbox.url}/docs/api")
    find(browser, "#password").send_keys("wrong" + Keys.ENTER)
    find(browser, "#state", "Wrong user name or password.")


@pytest.mark.parametrize("door", ["", "/", "/console/", "/console"])
def test_a_browser_at_the_front_door_sees_the_console(browser, sandbox, door):
    browser.get(sandbox.url + door)
    find(browser, "#app > *")
    assert browser.current_url == f"{sandbox.url}/console"
    assert not complaints(browser)


@pytest.mark.parametrize("former", ["docs", "docs/queues", "swagger"])
def test_a_former_link_to_a_call_opens_it_in_the_reference(browser, sandbox, former):
    browser.get(f"{sandbox.url}/{former}#/keys/setKey")
    find(browser, "#operations-keys-setKey .try-out__btn")
    assert browser.current_url == f"{sandbox.url}/docs/api#/keys/setKey"


def test_behind_a_proxy_that_strips_a_prefix_all_of_it_works(browser, behind_a_prefix):
    url = behind_a_prefix.url + PREFIX
    for door in ("/", "/console/", "/console"):
        browser.get(url + door)
        find(browser, "#app > *")
        assert browser.current_url == f"{url}/console"
    for door in ("/docs/", "/docs"):
        browser.get(url + door)
        find(browser, "h1", "Guide")
        assert browser.current_url == f"{url}/docs"
    find(browser, "main a", "Queues and workers").click()
    find(browser, "h1", "Queues and workers")
    find(browser, "a[rel=next]").click()
    find(browser, "h1", "Topics and events")
    find(browser, "#q").send_keys("dead letter" + Keys.ENTER)
    find(browser, ".found mark", "dead")
    find(browser, ".brand").click()
    find(browser, "header a", "API").click()
    find(browser, ".opblock-summary-path", "/keys/{name}")
    log_in(browser)
    begin(browser, "#operations-lists-countItems")
    assert '"ready": 0' in execute(browser, "#operations-lists-countItems")
    asked = [line.split()[1] for line in behind_a_prefix.seen]
    assert asked[-1] == f"{PREFIX}/lists/foo/stats"
    assert all(path.startswith(f"{PREFIX}/") for path in asked)
    assert not complaints(browser)


@pytest.mark.timeout(300)
def test_try_it_out_sends_what_is_typed_and_nothing_else(browser, behind_a_prefix):
    proxy = behind_a_prefix
    browser.get(f"{proxy.url}{PREFIX}/docs/api")
    log_in(browser)
    for name, typed, line in [
        ("keys-incrKeyByPost", {"name": "n", "by": "5"}, "POST /b9y/incr/n?by=5 HTTP/1.1"),
        ("lists-pushItem", {"name": "jobs"}, "POST /b9y/lists/jobs HTTP/1.1"),
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


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (390, "dark"), (900, "light"), (1400, "dark")]
)
def test_pages_fit_every_screen_and_can_be_read(browser, sandbox, width, scheme):
    for path in ("", "/queues", "/errors", "/performance", "/search?q=lease"):
        show(browser, width, scheme)
        browser.get(f"{sandbox.url}/docs{path}")
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        assert browser.execute_script(CONTRAST) == [], (path, scheme)
        keep_picture(browser, f"docs{path.partition('?')[0].replace('/', '-')}-{scheme}-{width}")
    assert not complaints(browser)


def test_code_is_copied_by_a_button_and_search_is_reached_by_a_key(browser, sandbox):
    browser.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": sandbox.url},
    )
    browser.get(f"{sandbox.url}/docs/queues")
    button = find(browser, ".code button")
    browser.execute_script("arguments[0].focus()", button)
    button.send_keys(Keys.ENTER)
    find(browser, ".code button", "Copied")
    copied = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied.startswith("export PATH=$PWD/.venv/bin:$PWD/dist:$PATH\n")
    assert "\nU=http://localhost:8080\nAUTH=" in copied
    find(browser, "body").send_keys("/")
    assert browser.switch_to.active_element.get_attribute("id") == "q"


def test_without_javascript_everything_but_the_buttons_is_there(browser, sandbox):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(f"{sandbox.url}/docs/queues")
    find(browser, "#contents a", "Quickstart").click()
    find(browser, "h1", "Quickstart")
    find(browser, "#q").send_keys("systemd" + Keys.ENTER)
    find(browser, ".found a", "As a service").click()
    find(browser, "h2", "As a service")
    assert not browser.find_elements(By.CSS_SELECTOR, ".code button")


@pytest.mark.parametrize("page", ["docs", "docs/queues", "docs/api"])
def test_only_the_scripts_of_the_page_run(browser, sandbox, page):
    """Scripts that tenants publish under this origin are not trusted, nor is what is injected."""
    with Http(sandbox.url, sandbox.token()) as http:
        http.put("/keys/evil", data=b"window.ran = true")
        route = http.post("/routes", json={"key": "evil", "content_type": "text/javascript"})
    browser.get(f"{sandbox.url}/{page}")
    find(browser, ".brand", "bambleweeny")
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
    frame = f"<iframe src='{sandbox.url}/docs/api'></iframe>"
    with Http(sandbox.url, sandbox.token()) as http:
        http.put("/keys/frame", data=frame)
        route = http.post("/routes", json={"key": "frame", "content_type": "text/html"}).json()
    for origin in (sandbox.url, sandbox.url.replace("127.0.0.1", "localhost")):
        browser.get(origin + route["path"])
        browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
        assert browser.execute_script("return location.href") == "chrome-error://chromewebdata/"
