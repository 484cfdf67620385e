"""A page of another origin that subscribes to a topic with the JavaScript client."""

import pytest
from selenium.webdriver.support.ui import WebDriverWait
from servers import Http, kill_workers, running

SUBSCRIBE = """
const [url, done] = arguments;
window.told = [];
window.stop = new AbortController();
import(`${url}/bambleweeny.js`).then(async ({ Client }) => {
  const client = new Client(undefined, { username: "admin", password: "changeme" });
  const onState = (state) => { told.push(state); done(); };
  for await (const { id, value } of client.topics.subscribe("t", { signal: stop.signal, onState }))
    told.push([id, value.text()]);
  told.push("end");
}).catch((error) => { told.push(String(error)); done(); });
"""


def publish(server, text):
    """Publish with a token that has not expired, and return the message's id."""
    while True:
        with Http(server.url, server.token()) as http:
            answer = http.post("/topics/t", data=text.encode())
        if answer.status_code != 401:
            return answer.json()["id"]


@pytest.mark.timeout(300)
def test_a_page_misses_nothing_while_workers_die_and_tokens_expire(browser):
    with running(
        "sandbox", "--cors-origins", "http://127.0.0.1:*", "--token-expiry", "1s"
    ) as server:
        browser.get(f"{server.url}/healthz")
        browser.execute_async_script(SUBSCRIBE, server.url.replace("127.0.0.1", "localhost"))
        published = []
        for round_ in range(3):
            published.append([publish(server, f"ü {round_}"), f"ü {round_}"])

            def told(_):
                told = browser.execute_script("return told")
                return (
                    told if sum(isinstance(one, list) for one in told) >= len(published) else None
                )

            seen = WebDriverWait(browser, 60, poll_frequency=0.05).until(told)
            kill_workers(server)
        assert [one for one in seen if isinstance(one, list)] == published
        assert (seen[0], "broken" in seen) == ("open", True)
        browser.execute_script("stop.abort()")
        WebDriverWait(browser, 60, poll_frequency=0.05).until(
            lambda _: browser.execute_script("return told.at(-1)") == "end"
        )
