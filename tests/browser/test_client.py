"""The JavaScript client in a page of another origin."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from servers import running

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>A page</title>
<pre id="told"></pre>
<script type="module">
  const told = [];
  try {
    const { BambleweenyError, Client } = await import("SERVER/bambleweeny.js");
    const client = new Client(undefined, { username: "admin", password: "changeme" });
    told.push(client.url, (await client.about()).msg, (await client.health()).info);
    await client.set("foo", "Käse");
    told.push((await client.get("foo")).text(), await client.incr("n"));
    await client.push("jobs", Uint8Array.of(0, 255));
    told.push([...(await client.pop("jobs")).bytes], await client.pop("jobs", { wait: 0 }));
    for await (const name of client.keys) told.push(name);
    const route = await client.routes.create("foo", "text/plain");
    told.push((await client.routes.read(route.id)).text());
    const bin = await client.bins.create("hooks");
    await client.bins.post(bin.id, { json: { a: 1 } });
    told.push((await client.pop("hooks")).json());
    const batch = client.batch();
    const missing = batch.get("nothing");
    await batch.send();
    told.push(missing.error.code);
    await client.delete("foo");
    try {
      await client.get("foo");
    } catch (error) {
      told.push(error instanceof BambleweenyError, error.code, error.status);
    }
    try {
      await client.pop("jobs", { wait: 20, signal: AbortSignal.timeout(50) });
    } catch (error) {
      told.push(error.name);
    }
  } catch (error) {
    told.push(`${error.code ?? error.name}: ${error.message}`);
  }
  document.querySelector("#told").textContent = JSON.stringify(told);
</script>
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def place(tmp_path):
    """A folder that a server of another origin shows."""
    site = tmp_path / "site"
    site.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield site, f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def told_by_a_page(browser, place, server):
    site, origin = place
    (site / "index.html").write_text(PAGE.replace("SERVER", server.url), "utf-8")
    browser.get(f"{origin}/index.html")
    shown = WebDriverWait(browser, 60, poll_frequency=0.05).until(
        lambda _: browser.find_element(By.ID, "told").text
    )
    return browser.execute_script("return JSON.parse(arguments[0])", shown)


def test_a_page_of_another_origin_uses_the_server_it_imports_from(browser, place):
    with running("sandbox", "--cors-origins", "http://localhost:*") as server:
        assert told_by_a_page(browser, place, server) == [
            server.url, "This is bambleweeny", "ok", "Käse", 1, [0, 255], None, "foo", "n", "Käse", {"a": 1},
            "not_found", True, "not_found", 404, "TimeoutError",
        ]  # fmt: skip


def test_a_page_that_may_not_call_is_told_what_to_do(browser, place):
    with running("sandbox", "--cors-origins", "https://app.example") as server:
        [told] = told_by_a_page(browser, place, server)
    assert told == f"no_answer: {server.url} did not answer."
