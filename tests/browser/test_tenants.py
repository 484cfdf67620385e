"""What the pages that tenants write can do in the browser of somebody else."""

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from servers import Http, running

REPORT = """<!DOCTYPE html>
<title>not run</title>
<p>A report</p>
<script>
  document.title = "ran";
  document.querySelector("p").textContent = `ran at ${self.origin}`;
  try { document.querySelector("p").textContent += localStorage.length; } catch { }
</script>
"""


@pytest.fixture(scope="module")
def server():
    with running("sandbox") as server:
        yield server


@pytest.fixture
def admin(server):
    with Http(server.url, server.token()) as http:
        yield http


@pytest.fixture
def tenant(server, admin):
    """A user who has a page as the value of a key; what the user is called, and its id."""
    user = admin.post("/users", json={"username": "mallory", "password": "secret"}).json()
    with Http(server.url, server.token("mallory", "secret")) as http:
        http.put("/keys/report", data=REPORT, headers={"Content-Type": "text/html"})
        yield http, user["id"]
    admin.delete(f"/users/{user['id']}")


def shown(browser):
    """Return the title and the text of the page, also where scripts may not run in it."""
    return browser.execute_script("return [document.title, document.body.innerText]")


def test_a_page_of_a_tenant_is_not_opened_by_a_url_with_a_token(browser, server, admin, tenant):
    url = f"{server.url}/keys/report?userid={tenant[1]}&token={admin.token}"
    browser.get(url)
    _, text = shown(browser)
    assert '"code":"token_in_page_url"' in text
    admin.put("/keys/framer", data=f'<iframe src="{url}"></iframe>')
    route = admin.post("/routes", json={"key": "framer", "content_type": "text/html"}).json()
    browser.get(server.url + route["path"])
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    _, text = shown(browser)
    assert '"code":"token_in_page_url"' in text


def test_a_page_of_a_tenant_runs_no_script_where_the_browser_sends_a_header(
    browser, server, admin, tenant
):
    """As a proxy or an extension may; so would a browser that sends no Sec-Fetch-Dest."""
    headers = {"Authorization": f"Bearer {admin.token}"}
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": headers})
    browser.get(f"{server.url}/keys/report?userid={tenant[1]}")
    assert shown(browser) == ["not run", "A report"]
    assert any(
        "Blocked script execution" in entry["message"] for entry in browser.get_log("browser")
    )


def test_a_public_page_runs_its_scripts_in_an_origin_of_no_one(browser, server, tenant):
    route = tenant[0].post("/routes", json={"key": "report", "content_type": "text/html"}).json()
    browser.get(server.url + route["path"])
    assert shown(browser) == ["ran", "ran at null"]
    with pytest.raises(WebDriverException, match="sandboxed"):
        browser.execute_script("return localStorage.length")


def test_a_token_in_the_url_is_for_images_fetch_and_event_sources(browser, server, admin, tenant):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'
    tenant[0].put("/keys/dot", data=svg, headers={"Content-Type": "image/svg+xml"})
    tenant[0].post("/topics/news", data=b"first")
    browser.get(f"{server.url}/docs")
    got = browser.execute_async_script(
        """
        const [token, done] = arguments;
        const image = new Image();
        image.src = `/keys/dot?token=${token}`;
        const source = new EventSource(`/topics/news?since=all&token=${token}`);
        Promise.all([
          image.decode().then(() => image.naturalWidth),
          fetch(`/keys/report?token=${token}`).then((answer) => answer.status),
          new Promise((resolve) => { source.onmessage = ({ data }) => resolve(data); }),
        ]).then((all) => { source.close(); done(all); }, (error) => done(String(error)));
        """,
        tenant[0].token,
    )
    assert got == [7, 200, "first"]
