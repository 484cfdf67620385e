"""The routes of the console: rules beside a test request, the journal, imports."""

import json
from contextlib import suppress
from itertools import count

import pytest
import requests
from bambleweeny.errors import NotFound

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'; touch x #'
ROWS = ".grid tbody .row"
_numbers = count(1)


@pytest.fixture
def route(console):
    """Creates a route with a name that no other test has, and returns its URL."""
    name = f"shop{next(_numbers)}"

    def create(rules=(), **more):
        document = {"name": name, "journal": f"{name}-calls", "rules": list(rules), **more}
        return console.client.routes.set(document).url

    create.name = name
    yield create
    with suppress(NotFound):
        console.client.routes.delete(name)


def get(url, **more):
    return requests.get(url, timeout=10, **more)


def replace_document(console, text):
    console.fill(".halves .editor textarea", text)


def test_a_mock_of_users_takes_a_template_and_one_click(console):
    console.open("routes")
    console.find(".empty")
    console.run("document.activeElement.blur()")
    console.press("n")
    console.fill("dialog input[name=name]", "users")
    console.click("dialog button.primary", "Create route")
    console.find(".url code", "/routes/@admin/users")
    console.until(lambda: console.run("return document.querySelector('.tester input[name=path]')?.value") == "/users/7")  # fmt: skip
    console.click(".tester button.primary")
    console.find(".answer .badge", "200")
    console.find(".answer pre", '"id": 7')
    console.find(".note", "Rule: user, 200")
    console.find(ROWS, "GET /users/7")
    console.client.routes.delete("users")


def test_a_collection_is_tried_with_an_object(console):
    console.open("home")
    console.open("routes")
    console.click("button", "New route")
    console.type("dialog select[name=template]", "A collection")
    console.fill("dialog input[name=name]", "todo")
    console.click("dialog button.primary", "Create route")
    console.click(".tester button.primary")
    console.find(".answer .badge", "201")
    console.find(".answer pre", '"title": "tea"')
    console.client.routes.delete("todo")


def test_a_test_request_stays_when_the_document_is_saved(console, route):
    route([{"path": "/a"}])
    console.open(f"routes/{route.name}")
    console.type(".tester select[name=method]", "POST")
    console.fill(".tester input[name=path]", "/b")
    console.fill(".tester textarea[name=body]", "mine")
    document = {"name": route.name, "rules": [{"path": "/b", "answers": [{"text": "!@[$body]"}]}]}
    replace_document(console, json.dumps(document))
    console.click(".halves button.primary", "Save")
    console.find(".message", "The route is saved")
    console.gone(".badge", "not saved")
    assert console.find(".tester input[name=path]").get_attribute("value") == "/b"
    console.click(".tester button.primary")
    console.find(".answer pre", "mine")


def test_the_first_route_is_made_by_the_snippet(console):
    console.open("home")
    console.open("routes")
    console.click(".empty .snippet button", "Run it here")
    console.find(".url code", "/routes/@admin/users")
    console.client.routes.delete("users")


def test_calls_come_live_with_their_rule_or_why_none_matched(console, route):
    url = route(
        [
            {"name": "pay", "method": "POST", "path": "/pay", "when": {"header": {"x-a": "1"}}},
            {"path": "/seen", "answers": [{"status": 204}]},
        ]
    )
    console.open(f"routes/{route.name}")
    console.find(".empty", "Nobody has called")
    get(f"{url}/seen?q={EVIL[:20]}")
    console.find(ROWS, "/seen")
    console.find(ROWS, "rule 2")
    get(f"{url}/{EVIL}", headers={"X-Evil": EVIL})
    console.find(ROWS, "no rule matched")
    console.click(".opens", "img")
    console.find(".request td", EVIL[:30])
    console.click(".request button", "Why did no rule match?")
    console.find(".request .why", "differs in method, path, header.x-a")
    console.find(".request .why", "differs in path")
    console.complaints()
    assert console.run("return window.hacked") is None


def test_a_page_of_a_mock_does_not_run(console, route):
    html = f"<h1>hello</h1>{EVIL}"
    route([{"path": "/", "answers": [{"text": html, "content_type": "text/html"}]}])
    console.open(f"routes/{route.name}")
    console.click(".tester button.primary")
    console.find(".answer pre", "window.hacked")
    console.click(".answer button", "Show as a page")
    frame = console.find("iframe.page-frame")
    assert frame.get_attribute("sandbox") == ""
    console.browser.switch_to.frame(frame)
    console.find("h1", "hello")
    console.browser.switch_to.default_content()
    assert console.run("return window.hacked") is None
    assert all("Blocked" in one or "blocked" in one or "violates" in one or "Refused" in one for one in console.complaints())  # fmt: skip


def test_answers_that_a_browser_hides_are_explained(console, route):
    route(
        [
            {"path": "/go", "answers": [{"status": 302, "headers": {"Location": "/x"}}]},
            {"path": "/break", "answers": [{"fault": "reset"}]},
        ]
    )
    console.open(f"routes/{route.name}")
    console.find(".tester")
    console.click(".tester button.primary")
    console.find(".answer", "does not show a redirect")
    console.find(".note", "302")
    console.fill(".tester input[name=path]", "/break")
    console.click(".tester button.primary")
    console.find(".problem", "There was no answer")
    console.find(".state", "Live")
    console.complaints()


def test_a_page_that_was_opened_by_a_name_stays_when_the_name_changes(console, route):
    route([{"path": "/a"}])
    console.open(f"routes/{route.name}")
    replace_document(console, json.dumps({"name": f"{route.name}-new", "rules": [{"path": "/b"}]}))
    console.click(".halves button.primary", "Save")
    console.find(".message", "The route is saved")
    console.find("h1", f"{route.name}-new")
    assert console.client.routes.get(f"{route.name}-new")["rules"][0]["path"] == "/b"
    console.client.routes.delete(f"{route.name}-new")


def test_a_refused_document_is_marked_at_its_rule(console, route):
    route([{"path": "/a"}])
    console.open(f"routes/{route.name}")
    bad = '{\n"name": "%s",\n"rules": [\n{"path": "/a"},\n{"path": "/b",\n"answers": [{"status": 99}]}]}'
    replace_document(console, bad % route.name)
    console.find(".badge", "not saved")
    console.click(".halves button.primary", "Save")
    console.find(".problem", "'status' is from 200 to 599")
    assert console.find(".gutter mark").text == "6"
    console.click(".problem button", "Go to line 6")
    assert console.run("const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd)") == '"answers": [{"status": 99}]}]}'  # fmt: skip
    console.complaints()
    replace_document(console, "{")
    console.find(".problem", "This is not JSON yet")
    console.click(".halves button", "Discard")
    console.gone(".halves .problem")


def test_all_lines_of_a_refused_rule_are_marked(console, route):
    route([{"path": "/a"}])
    console.open(f"routes/{route.name}")
    bad = '{\n"name": "%s",\n"rules": [\n{"path": "/7",\n"answers": [\n{"json": "!@[$path.id]"}]}]}'
    replace_document(console, bad % route.name)
    console.click(".halves button.primary", "Save")
    problem = console.find(".problem", "needs {id} in the path").text
    assert "`" not in problem
    assert console.find(".gutter mark").text.split() == ["4", "5", "6"]
    assert console.find(".problem a").get_attribute("href").endswith("/docs/mock-reference")
    console.complaints()


def test_a_mock_answers_without_the_white_space_of_the_editor(console, route):
    url = route([{"path": "/a"}])
    console.open(f"routes/{route.name}")
    text = '{"name": "%s", "rules": [\n{"path": "/a", "answers": [{"json": {\n   "n": 1.50}}]}]}'
    replace_document(console, text % route.name)
    console.chord("s")
    console.find(".message", "The route is saved")
    assert get(f"{url}/a").text == '{"n":1.50}'


def test_saving_by_keyboard_keeps_the_text_of_numbers(console, route):
    url = route([{"path": "/n", "answers": [{"json": {"a": 1}}]}])
    console.open(f"routes/{route.name}")
    text = '{"name": "%s", "rules": [{"path": "/n", "answers": [{"json": {"a": 1.50, "b": 1152921504606846977}}]}]}'
    replace_document(console, text % route.name)
    console.chord("s")
    console.find(".message", "The route is saved")
    console.until(lambda: "1.50" in console.run("return document.querySelector('.halves .editor textarea').value"))  # fmt: skip
    assert get(f"{url}/n").text == '{"a":1.50,"b":1152921504606846977}'


def test_what_somebody_else_saved_is_not_lost(console, route):
    route([{"name": "mine", "path": "/a"}, {"name": "theirs", "path": "/b"}])
    console.open(f"routes/{route.name}")
    area = ".halves .editor textarea"
    written = console.find(area).get_attribute("value")
    console.client.routes.set(
        {**console.client.routes.get(route.name), "content_type": "text/plain", "key": "k"}, route.name
    )  # fmt: skip
    console.fill(area, written.replace("/a", "/changed"))
    console.click(".halves button.primary", "Save")
    console.find("dialog h2", "This document was changed")
    console.find("dialog .added", "/changed")
    console.find("dialog .added", '"key": "k"')
    console.click("dialog button", "Go on editing")
    assert console.client.routes.get(route.name)["rules"][0]["path"] == "/a"
    console.click(".halves button.primary", "Save")
    console.click("dialog button", "Merge both")
    console.click(".halves button.primary", "Save")
    console.until(lambda: console.client.routes.get(route.name)["rules"][0]["path"] == "/changed")
    assert console.client.routes.get(route.name)["key"] == "k"


def test_a_route_without_a_journal_gets_one(console, route):
    console.client.routes.set({"name": route.name, "rules": [{"path": "/a"}]})
    console.open(f"routes/{route.name}")
    console.click("button", "Add a journal to the document")
    console.click(".halves button.primary", "Save")
    console.find(".empty", "Nobody has called")
    assert console.client.routes.get(route.name)["journal"] == f"{route.name}-calls"


def test_a_route_is_reset_and_deleted(console, route):
    url = route([{"path": "/a"}])
    get(f"{url}/a")
    console.open(f"routes/{route.name}")
    console.find(ROWS, "/a")
    console.click("button", "Reset")
    console.click("dialog button", "Reset")
    console.find(".empty", "Nobody has called")
    console.click("button", "Delete route")
    console.type("dialog input", route.name)
    console.click("dialog button.danger")
    console.find(".message", f"{route.name} is deleted")
    assert get(f"{url}/a").status_code == 404


def test_a_key_is_made_public(console):
    console.client.set("home", EVIL)
    console.open("home")
    console.open("routes")
    console.find("h1", "Routes")
    console.run("document.activeElement.blur()")
    console.press("n")
    console.run("const s = document.querySelector('select[name=template]'); s.value = 'key'; s.dispatchEvent(new Event('change', {bubbles: true}))")  # fmt: skip
    console.fill("dialog input[name=name]", "homepage")
    console.fill("dialog input[name=key]", "home")
    console.click("dialog button.primary", "Create route")
    console.find(".url code", "/routes/@admin/homepage")
    assert get(f"{console.server.url}/routes/@admin/homepage").text == EVIL
    console.click(".tester button.primary")
    console.find(".answer pre", "window.hacked")
    assert console.run("return window.hacked") is None
    console.client.routes.delete("homepage")


def test_a_file_is_imported_with_its_notes(console, tmp_path):
    spec = tmp_path / "blog posts.json"
    spec.write_text(json.dumps({"posts": [{"id": 1, "title": "tea"}], "x": 3}), "utf-8")
    console.open("home")
    console.open("routes")
    console.click("button", "Import a file")
    console.find("dialog input[type=file]").send_keys(str(spec))
    assert console.find("dialog input[name=name]").get_attribute("value") == "blog-posts"
    console.click("dialog button.primary", "Import")
    console.find("dialog .notes", "Left out, as it is neither an array nor an object: x")
    console.click("dialog button.primary", "Open the route")
    console.find(".url code", "/routes/@admin/blog-posts")
    assert get(f"{console.server.url}/routes/@admin/blog-posts/posts/1").json()["title"] == "tea"
    console.client.routes.delete("blog-posts")


def test_a_file_that_is_no_json_names_the_command(console, tmp_path):
    spec = tmp_path / "my pet.json"
    spec.write_text("openapi: 3.0.0", "utf-8")
    console.open("home")
    console.open("routes")
    console.click("button", "Import a file")
    console.find("dialog input[type=file]").send_keys(str(spec))
    console.find("dialog .wrong", "not a JSON object")
    console.find("dialog pre", "bambleweeny route import 'my pet.json'")
    console.press("\ue00c")


def test_the_pages_fit_narrow_screens(console):
    rules = [{"name": "r" * 64, "path": "/" + "p" * 200, "answers": [{"text": "x" * 500}]}]
    document = {"name": "n" * 64, "journal": "j" * 200, "rules": rules}
    url = console.client.routes.set(document).url
    get(f"{url}/{'p' * 200}?q={'v' * 300}", headers={"X-Long": "z" * 500})
    console.open("home")
    with console.sized(320):
        for address in ("routes", f"routes/{'n' * 64}"):
            console.open(address)
            console.find(".grid")
            assert console.fits(320)
        console.click(".opens", "GET")
        console.find(".request")
        console.click(".tester button.primary")
        console.find(".answer")
        assert console.fits(320)
    console.client.routes.delete("n" * 64)


def test_a_document_that_is_no_json_is_not_sent(console, route):
    route([{"name": "one", "answers": [{}]}])
    console.open(f"routes/{route.name}")
    console.find(".halves .editor")
    replace_document(console, '{"rules": [}')
    console.find(".halves .problem", "This is not JSON yet")
    assert not console.find(".halves button.primary", "Save").is_enabled()
    console.chord("s")
    assert console.client.routes.get(route.name)["rules"][0]["name"] == "one"
    console.click("button", "Discard")
    console.open("routes")
    console.click("button", "New route")
    console.fill("dialog .editor textarea", "{")
    console.until(lambda: not console.find("dialog button.primary", "Create route").is_enabled())
