"""The guide and the reference in a real browser, with no other host in reach."""

import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

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

    return WebDriverWait(browser, 20, poll_frequency=0.05).until(shown, f"{css} {text}")


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


def severe(browser):
    return [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]


@contextmanager
def behind_a_prefix(url, prefix="/b9y"):
    """A proxy that takes a prefix off each path before it passes a request on."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            assert self.path.startswith(f"{prefix}/"), self.path
            length = int(self.headers.get("Content-Length") or 0)
            headers = {
                k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length")
            }
            answer = requests.request(
                self.command, url + self.path.removeprefix(prefix), headers=headers, stream=True,
                data=self.rfile.read(length), allow_redirects=False, timeout=30,
            )  # fmt: skip
            body = answer.raw.read(decode_content=False)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in ("connection", "date", "server", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{prefix}"
        finally:
            server.shutdown()
            thread.join()


def try_a_call(browser):
    """Log in at the reference and write a key."""
    find(browser, ".opblock-summary-path", "/keys/{name}")
    keep_picture(browser, "api")
    find(browser, "#password").send_keys("changeme")
    find(browser, "#login button").click()
    find(browser, "#state", "Logged in for 50 minutes.")
    call = find(browser, "#operations-keys-setKey")
    browser.execute_script("arguments[0].scrollIntoView()", call)
    call.find_element(By.CSS_SELECTOR, ".opblock-summary-control").click()
    assert "curl -X PUT" in find(browser, "#operations-keys-setKey .opblock-description").text
    find(browser, "#operations-keys-setKey .try-out__btn").click()
    find(browser, "#operations-keys-setKey button.execute").click()
    answer = find(browser, "#operations-keys-setKey .live-responses-table .response")
    assert "200" in answer.text
    assert '"info": "ok"' in answer.text
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", answer)
    keep_picture(browser, "api-result")
    return find(browser, "#operations-keys-setKey .request-url").text.split()[-1]


def test_a_call_can_be_tried_after_one_login_and_sends_only_what_is_typed(browser, sandbox):
    browser.get(f"{sandbox.url}/docs/api")
    assert try_a_call(browser) == f"{sandbox.url}/keys/foo"
    assert not severe(browser)
    browser.refresh()
    find(browser, ".opblock-summary-path", "/keys/{name}")
    assert browser.execute_script("return localStorage.length + sessionStorage.length") == 0


def test_a_wrong_password_is_told(browser, sandbox):
    browser.get(f"{sandbox.url}/docs/api")
    find(browser, "#password").send_keys("wrong" + Keys.ENTER)
    find(browser, "#state", "Wrong user name or password.")


def test_a_browser_at_the_front_door_sees_the_guide(browser, sandbox):
    browser.get(sandbox.url)
    find(browser, "h1", "Guide")
    assert browser.current_url == f"{sandbox.url}/docs"
    assert not severe(browser)


def test_all_of_it_works_behind_a_proxy_that_strips_a_prefix(browser, sandbox):
    with behind_a_prefix(sandbox.url) as url:
        browser.get(f"{url}/docs")
        find(browser, "main a", "Queues and workers").click()
        find(browser, "h1", "Queues and workers")
        find(browser, "a[rel=next]").click()
        find(browser, "h1", "Topics and events")
        find(browser, "#q").send_keys("dead letter" + Keys.ENTER)
        find(browser, ".found mark", "dead")
        find(browser, ".brand").click()
        find(browser, "header a", "API").click()
        assert try_a_call(browser) == f"{url}/keys/foo"
        assert not severe(browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 900, 1400])
def test_pages_fit_every_screen_and_can_be_read(browser, sandbox, width, scheme):
    for path in ("", "/queues", "/errors", "/performance", "/search?q=lease"):
        show(browser, width, scheme)
        browser.get(f"{sandbox.url}/docs{path}")
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        assert browser.execute_script(CONTRAST) == [], (path, scheme)
        keep_picture(browser, f"docs{path.partition('?')[0].replace('/', '-')}-{scheme}-{width}")
    assert not severe(browser)


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
    assert copied.startswith("U=http://localhost:8080\nAUTH=")
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


def test_an_injected_script_of_the_same_origin_does_not_run(browser, sandbox):
    token = {"Authorization": f"Bearer {sandbox.token()}"}
    requests.put(f"{sandbox.url}/keys/x.js", data="window.owned = 1", headers=token, timeout=10)
    made = requests.post(
        f"{sandbox.url}/routes", json={"key": "x.js", "content_type": "text/javascript"}, headers=token, timeout=10,
    ).json()  # fmt: skip
    for path in ("/docs", "/docs/queues", "/docs/api"):
        browser.get(sandbox.url + path)
        browser.execute_async_script(
            "const s = document.createElement('script'); s.src = arguments[0]; "
            "s.onload = s.onerror = () => arguments[1](); document.body.append(s)",
            made["path"],
        )
        assert browser.execute_script("return window.owned === undefined")
