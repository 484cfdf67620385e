"""A page of another origin that listens to a topic with the browser's own EventSource."""

from selenium.webdriver.support.ui import WebDriverWait
from servers import Http, kill_workers, running

LISTEN = """
window.told = [];
const source = new EventSource(arguments[0]);
source.onopen = () => told.push("open");
source.onmessage = ({ data, lastEventId }) => told.push([data, lastEventId]);
source.addEventListener("base64", ({ data }) => told.push(["base64", atob(data)]));
"""


def test_an_event_source_gets_everything_also_after_it_was_cut_off(browser):
    with (
        running("sandbox", "--cors-origins", "http://127.0.0.1:*") as server,
        Http(server.url, server.token()) as http,
    ):
        browser.get(f"{server.url}/healthz")
        ids = [http.post("/topics/t", data=b"before").json()["id"]]
        url = f"{server.url}/topics/t?since=all&token={http.token}"
        browser.execute_script(LISTEN, url.replace("127.0.0.1", "localhost"))

        def told(count):
            return WebDriverWait(browser, 60, poll_frequency=0.05).until(
                lambda _: len(seen := browser.execute_script("return told")) >= count and seen
            )

        told(2)
        ids.append(http.post("/topics/t", data="zwei\nZeilen ü".encode()).json()["id"])
        told(3)
        http.post("/topics/t", data=b"\xff")
        told(4)
        kill_workers(server)
        with Http(server.url, http.token) as again:
            ids.append(again.post("/topics/t", data=b"meanwhile").json()["id"])
        assert told(6) == [
            "open",
            ["before", ids[0]],
            ["zwei\nZeilen ü", ids[1]],
            ["base64", "\xff"],
            "open",
            ["meanwhile", ids[2]],
        ]
