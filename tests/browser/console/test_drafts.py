"""Drafts of the console: nothing that is typed is dropped unasked."""

import pytest
from selenium.webdriver.common.keys import Keys
from servers import Http

NAME = "draft"
EDITOR = ".halves .editor textarea"


@pytest.fixture
def user(console):
    """Return the id of another user."""
    made = console.client.users.create("other", "the password")
    yield made
    console.client.users.delete(made)


@pytest.fixture
def edited_route(console):
    """Show a route with a draft."""
    console.client.routes.set({"name": NAME, "rules": [{"path": "/a"}]})
    console.open(f"routes/{NAME}")
    console.find(EDITOR).send_keys(" ")
    console.find(".badge", "not saved")
    yield
    console.client.routes.delete(NAME)


def is_asked(console):
    """Return whether something asks before it leaves; the answer is to stay."""
    console.find("dialog h2", "Leave without saving?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    return True


def unloads(console):
    return console.run("return dispatchEvent(new Event('beforeunload', { cancelable: true }))")


def test_a_draft_of_a_route_is_not_left_unasked(console, edited_route):
    assert not unloads(console)
    for act in (
        lambda: console.click("#pages a", "Keys"),
        lambda: console.click("#pages button", "Log out"),
        lambda: console.click("a.up"),
    ):
        act()
        assert is_asked(console)
        assert console.find(EDITOR).get_attribute("value").endswith(" ")
    console.click(".halves button", "Discard")
    assert unloads(console)
    console.click("#pages a", "Keys")
    console.find("h1", "Keys")


def test_a_draft_that_stays_leaves_the_history_as_it_is(console):
    def address():
        return console.run("return location.hash")

    def edited():
        console.until(lambda: address() == f"#/keys/{NAME}")
        if not console.found("textarea.draft"):
            console.click("main button", "Edit")
            console.type("textarea.draft", "2")

    console.client.set(NAME, "1")
    console.open("keys")
    console.open("topics")
    console.open(f"keys/{NAME}")
    edited()
    count = console.run("return history.length")
    console.run("history.back()")
    assert is_asked(console)
    edited()
    console.run("history.go(-2)")
    assert is_asked(console)
    edited()
    console.click("#pages a", "Lists")
    assert is_asked(console)
    edited()
    console.run("history.back()")
    console.click("dialog button.danger", "Leave")
    console.find("h1", "Topics")
    assert address() == "#/topics"
    console.run("history.back()")
    console.find("h1", "Keys")
    assert address() == "#/keys"
    console.run("history.go(2)")
    edited()
    console.click("#pages a", "Lists")
    console.click("dialog button.danger", "Leave")
    console.find("h1", "Lists")
    assert console.run("return history.length") == count + 1
    console.run("history.back()")
    console.find("h1", NAME)


def test_acting_for_another_user_asks_before_a_draft_is_dropped(console, user):
    console.open(f"users/{user}")
    console.fill("input[name=quota]", "7")
    console.click("button", "Act as")
    assert is_asked(console)
    assert console.find("input[name=quota]").get_attribute("value") == "7"
    console.type("input[name=quota]", Keys.BACKSPACE)
    console.type("input[name=quota]", "100")
    console.click("button", "Act as")
    console.click("dialog button.danger", "Leave")
    console.find(".acting")
    console.find("h1", "Keys")
    console.client.set(NAME, "1")
    console.open("tokens/new")
    console.type(".token-form input", "x")
    console.click(".acting button", "Stop acting")
    assert is_asked(console)
    assert console.found(".acting")
    console.fill(".token-form input", Keys.DELETE)
    console.click(".acting button", "Stop acting")
    console.gone(".acting")
    console.gone("dialog")


@pytest.mark.parametrize(
    ("address", "button", "field"),
    [
        ("keys", "New key", "textarea"),
        ("lists/jobs", "Push", "textarea"),
        ("lists/jobs", "Policy", "input[name=lease]"),
        ("topics", "New topic", "textarea"),
        ("inbox", "New bin", "input[name=name]"),
        ("routes", "New route", ".editor textarea"),
    ],
)
def test_escape_drops_no_filled_form(console, address, button, field):
    console.open(address)
    console.click("main button", button)
    console.find(f"dialog {field}")
    console.press(Keys.ESCAPE)
    console.gone("dialog")
    console.click("main button", button)
    console.type(f"dialog {field}", "1m")
    assert not unloads(console)
    for close in (
        lambda: console.press(Keys.ESCAPE),
        lambda: console.press(Keys.ESCAPE),
        lambda: console.click("dialog header button"),
    ):
        close()
        console.find("dialog h2", "Close without saving?")
        console.press(Keys.ESCAPE)
        console.gone("dialog h2", "Close without saving?")
        assert "1m" in console.find(f"dialog {field}").get_attribute("value")
    console.press(Keys.ESCAPE)
    console.click("dialog button.danger", "Drop it")
    console.gone("dialog")
    assert unloads(console)


def test_a_form_that_is_sent_or_taken_back_asks_nothing(console):
    console.open("users/new")
    console.type("input[name=new-user]", "made")
    assert not unloads(console)
    console.click("main button.primary", "Add the user")
    console.find("main .once")
    console.click("button", "I have copied it")
    console.gone("dialog")
    console.client.users.delete(
        next(one.id for one in console.client.users.list() if one.username == "made")
    )
    console.open("inbox")
    console.click("main button", "New bin")
    console.fill("dialog input[name=name]", NAME)
    console.click("dialog button.primary")
    console.find(".url code")
    console.gone("dialog")
    console.client.bins.delete(NAME)


def save_after_the_session(console):
    """Save a draft of a key whose session has ended: the form of a login appears."""
    console.client.set(NAME, "old")
    console.open(f"keys/{NAME}")
    console.click("main button", "Edit")
    console.type("textarea.draft", "new ")
    Http(console.server.url, console.token()).post("/auth/logout").raise_for_status()
    console.click("main button.primary", "Save")


def test_a_login_as_another_user_asks_before_a_draft_is_lost(console, user):
    save_after_the_session(console)
    console.fill(".again input[name=username]", "other")
    console.type(".again input[name=password]", "the password" + Keys.ENTER)
    console.find("dialog h2", "Log in as other and lose the draft?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    assert console.find("textarea.draft").get_attribute("value") == "new old"
    console.type(".again input[name=password]", Keys.ENTER)
    console.click("dialog footer button.danger", "Log in")
    console.find(".message.error", "asked for as admin")
    console.find("#pages", "Log out (other)")
    assert console.client.get(NAME) == b"old"
    console.complaints()
    console.log_in()


def test_a_token_that_replaces_no_login_stays_valid(console, user):
    token = console.server.token("other", "the password")
    save_after_the_session(console)
    console.click(".again button", "Use a token")
    console.type(".again input[name=token]", token + Keys.ENTER)
    console.find("dialog h2", "Log in as other and lose the draft?")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    console.click(".again button", "Use a name and a password")
    console.type(".again input[name=password]", "changeme" + Keys.ENTER)
    console.gone(".again")
    assert Http(console.server.url, token).get("/keys").status_code == 200
    console.complaints()


def test_a_call_that_ends_with_the_login_is_not_done_as_another_user(console, user):
    console.client.set(NAME, "1")
    console.open(f"keys/{NAME}")
    console.find("pre.code", "1")
    # NOTE: only this call is refused, since the form of a login would else lie above the question.
    console.run(
        """
        const sent = window.fetch;
        window.fetch = (url, how) =>
          how?.method === "DELETE" ? Promise.resolve(new Response("{}", { status: 401 })) : sent(url, how);
        """
    )
    console.click("main button.danger", "Delete")
    console.click("dialog button.danger", "Delete")
    console.fill(".again input[name=username]", "other")
    console.type(".again input[name=password]", "the password" + Keys.ENTER)
    console.find(".message.error", "asked for as admin")
    console.find("#pages", "Log out (other)")
    assert console.client.get(NAME) == b"1"
    console.complaints()
    console.log_in()


def test_a_login_as_another_user_asks_before_a_dialog_is_lost(console, user):
    console.open("lists/jobs")
    console.click("main button", "Push")
    console.type("dialog textarea", "kept")
    Http(console.server.url, console.token()).post("/auth/logout").raise_for_status()
    # NOTE: a call that the page makes may show the form of the login above the dialog first.
    console.run("document.querySelector('dialog footer button.primary').click()")
    console.fill(".again input[name=username]", "other")
    console.type(".again input[name=password]", "the password" + Keys.ENTER)
    console.find("dialog h2", "Log in as other and lose the draft?")
    console.press(Keys.ESCAPE)
    console.gone("dialog h2", "Log in as other")
    console.fill(".again input[name=username]", "admin")
    console.fill(".again input[name=password]", "changeme" + Keys.ENTER)
    console.gone("dialog")
    assert console.client.pop("jobs").text() == "kept"
    console.complaints()


def hold(console, method):
    """Let calls with a method wait in the page, until the returned function is called."""
    console.run(
        """
        const sent = window.fetch;
        let free;
        const wait = new Promise((done) => (free = done));
        window.free = () => (free(), (window.fetch = sent));
        window.fetch = async (url, how) => {
          if (how?.method === arguments_[0]) (window.held = true), await wait;
          return sent(url, how);
        };
        """.replace("arguments_[0]", repr(method))
    )

    def release():
        console.until(lambda: console.run("return window.held"))
        console.run("window.free(); window.held = false")

    return release


def test_what_is_typed_while_a_key_is_saved_is_not_taken(console):
    console.client.set(NAME, "one ")
    console.open(f"keys/{NAME}")
    console.click("main button", "Edit")
    console.type("textarea.draft", "two ")
    release = hold(console, "PUT")
    console.click("main button.primary", "Save")
    console.until(lambda: console.find("textarea.draft").get_attribute("readonly"))
    console.press("LOST")
    assert "LOST" not in console.find("textarea.draft").get_attribute("value")
    release()
    console.gone("textarea.draft")
    assert console.client.get(NAME) == b"two one "


def test_what_is_typed_while_a_document_is_saved_is_not_taken(console, edited_route):
    release = hold(console, "PUT")
    console.click(".halves button.primary", "Save")
    console.until(lambda: console.find(EDITOR).get_attribute("readonly"))
    console.press("LOST")
    release()
    console.gone(".badge", "not saved")
    assert not console.find(EDITOR).get_attribute("readonly")
    assert "LOST" not in console.find(EDITOR).get_attribute("value")


def test_what_is_typed_while_a_form_is_sent_is_not_taken(console):
    console.open("lists/jobs")
    console.click("main button", "Push")
    console.type("dialog textarea", "one")
    release = hold(console, "POST")
    console.click("dialog footer button.primary")
    console.find("dialog form[aria-busy=true]")
    console.type("dialog textarea", "LOST")
    assert console.find("dialog textarea").get_attribute("value") == "one"
    release()
    console.gone("dialog")


def test_a_form_whose_outcome_is_shown_once_is_not_left_while_it_is_sent(console):
    console.open("users/new")
    console.type("input[name=new-user]", "once")
    release = hold(console, "POST")
    console.click("main button.primary", "Add the user")
    console.find("form[aria-busy=true]")
    console.click("#pages a", "Keys")
    assert is_asked(console)
    release()
    console.click(".once button", "I have copied it")
    console.client.users.delete(
        next(one.id for one in console.client.users.list() if one.username == "once")
    )


def send_file(console, tmp_path, css):
    file = tmp_path / "sent.bin"
    file.write_bytes(b"of a file")
    console.browser.find_element("css selector", css).send_keys(str(file))


def test_what_is_typed_while_a_file_is_read_stays(console, tmp_path):
    console.open("lists/jobs")
    console.click("main button", "Push")
    console.find("dialog textarea")
    console.run(
        """
        const read = Blob.prototype.arrayBuffer;
        Blob.prototype.arrayBuffer = async function () {
          await new Promise((done) => (window.go = done));
          return read.call(this);
        };
        """
    )
    send_file(console, tmp_path, "dialog input[type=file]")
    console.type("dialog input[name=ttl]", "10m")
    console.run("window.go()")
    console.find("dialog", "The file sent.bin")
    assert console.find("dialog input[name=ttl]").get_attribute("value") == "10m"


@pytest.mark.parametrize(
    ("address", "button"), [("data", None), ("routes", "Import a file"), ("lists/jobs", "Push")]
)
def test_a_file_that_cannot_be_read_is_an_error(console, tmp_path, address, button):
    console.open(address)
    if button:
        console.click("main button", button)
    console.until(lambda: console.browser.find_elements("css selector", "main input[type=file]"))
    console.run("Blob.prototype.arrayBuffer = async () => { throw new Error('It is unreadable.'); }")  # fmt: skip
    send_file(console, tmp_path, "main input[type=file]")
    console.find(".message.error", "It is unreadable.")


def test_a_file_that_is_dropped_on_a_form_does_not_replace_it(console):
    console.open("routes")
    console.click("main button", "New route")
    console.fill("dialog .editor textarea", '{"name": "mine"}')
    console.run(
        """
        const data = new DataTransfer();
        data.items.add(new File(["{}"], "db.json"));
        const how = { dataTransfer: data, bubbles: true, cancelable: true };
        document.querySelector("dialog form").dispatchEvent(new DragEvent("drop", how));
        """
    )
    assert console.find("dialog .editor textarea").get_attribute("value") == '{"name": "mine"}'


def test_another_template_asks_before_it_replaces_an_edited_document(console):
    console.open("routes")
    console.click("main button", "New route")
    editor = "dialog .editor textarea"
    choice = "const s = document.querySelector('select[name=template]');"
    choose = f"{choice} s.value = arguments[0]; s.dispatchEvent(new Event('change', {{bubbles: true}}))"  # fmt: skip
    console.find(editor)
    console.run(choose, "one")
    console.until(lambda: "user 7" in console.find(editor).get_attribute("value"))
    console.fill(editor, '{"name": "mine"}')
    for one in ("key", "get"):
        console.run(choose, one)
    console.find("dialog h2", "Replace the document?")
    console.press(Keys.ESCAPE)
    console.gone("dialog h2", "Replace the document?")
    assert console.run(f"{choice} return s.value") == "key"
    console.run(choose, "get")
    console.click("dialog button.danger", "Replace")
    console.until(lambda: "/users/{id:int}" in console.find(editor).get_attribute("value"))


def policy(console):
    console.open("lists/jobs")
    console.click("main button", "Policy")
    console.find("dialog input[name=lease]")


def test_a_policy_keeps_what_others_have_changed_meanwhile(console):
    console.client.lists.set_policy("jobs", lease="1m", max_attempts=3)
    policy(console)
    console.fill("dialog input[name=lease]", "2m")
    console.client.lists.set_policy("jobs", lease="1m", max_attempts=5, paused=True)
    console.click("dialog footer button", "Save policy")
    console.gone("dialog")
    found = console.client.lists.policy("jobs")
    assert (found["lease"], found["max_attempts"], found["paused"]) == (120, 5, True)


@pytest.mark.parametrize(("choice", "lease"), [("Keep mine", 120), ("Take theirs", 180)])
def test_two_changes_of_a_rule_are_shown(console, choice, lease):
    console.client.lists.set_policy("jobs", lease="1m")
    policy(console)
    console.fill("dialog input[name=lease]", "2m")
    console.client.lists.set_policy("jobs", lease="3m", paused=True)
    console.click("dialog footer button", "Save policy")
    console.find("dialog .problem", "Somebody changed this policy meanwhile.")
    console.find("dialog .problem", "yours: 2m, theirs: 3m")
    assert console.client.lists.policy("jobs")["lease"] == 180
    console.click("dialog .problem button", choice)
    if choice == "Take theirs":
        console.until(
            lambda: console.find("dialog input[name=lease]").get_attribute("value") == "3m"
        )
        console.click("dialog footer button", "Save policy")
    console.gone("dialog")
    found = console.client.lists.policy("jobs")
    assert (found["lease"], found["paused"]) == (lease, True)


@pytest.mark.parametrize(
    ("choice", "kept"), [("Keep mine", "text/plain"), ("Take theirs", "text/csv")]
)
def test_a_type_that_somebody_else_has_changed_is_not_replaced_unasked(console, choice, kept):
    console.client.set(NAME, "a,b", type="text/plain")
    console.open(f"keys/{NAME}")
    console.click("main button", "Edit")
    console.type("textarea.draft", "c,")
    console.client.set(NAME, "a,b", type="text/csv")
    console.find(".note", "Somebody else has changed this key")
    console.chord("s")
    console.find("dialog", "from text/plain to text/csv")
    assert console.client.get(NAME) == b"a,b"
    console.click("dialog button", choice)
    console.gone("textarea.draft")
    assert console.client.get(NAME) == b"c,a,b"
    [row] = console.client.keys.list_meta(prefix=NAME)
    assert row.type == kept


def test_a_deletion_ends_when_the_admin_stops_acting(console, user):
    sets = [["set", f"of:{number:03}", "1"] for number in range(600)]
    [mine, theirs] = [
        Http(console.server.url, console.server.token(*login))
        for login in ((), ("other", "the password"))
    ]
    for http in (mine, theirs):
        http.post("/batch", json=sets).raise_for_status()
    console.open(f"users/{user}")
    console.click("button", "Act as")
    console.find(".acting")
    console.open("keys?prefix=of:")

    def are_selected():
        console.run("document.querySelector('#content .grid').scrollTop = 1e9")
        console.click("button", "Select all loaded")
        return console.found("main", "600 keys selected")

    console.until(are_selected)
    console.click("button.danger", "Delete the selected keys")
    console.type("dialog input", "600")
    release = hold(console, "POST")
    console.click("dialog button.danger")
    console.click(".acting button", "Stop acting")
    console.gone(".acting")
    release()
    console.find(".message.error", "The rest was not done")
    assert [http.get("/keys?prefix=of:&count=1").json()["count"] for http in (mine, theirs)] == [600, 100]  # fmt: skip
    mine.delete("/keys?prefix=of:&confirm=1").raise_for_status()


def test_an_export_is_named_after_the_user_whose_data_it_has(console, user, tmp_path):
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    console.browser.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    console.open(f"users/{user}")
    console.click("button", "Act as")
    console.find(".acting")
    console.open("data")
    console.find("h1", "Export and import")
    release = hold(console, "GET")
    console.click("#content .primary", "Download")
    console.click(".acting button", "Stop acting")
    console.gone(".acting")
    release()
    console.until((tmp_path / "bambleweeny-other.ndjson").exists)


def test_a_question_to_one_user_is_not_answered_by_another(console, user):
    console.client.push("asked", "1")
    console.open("lists/asked")
    console.find("#content .grid .opens")
    console.click("button.danger", "Delete list")
    console.type("dialog input", "asked")
    Http(console.server.url, console.token()).post("/auth/logout").raise_for_status()
    console.client.push("asked", "2")
    console.fill(".again input[name=username]", "other")
    console.type(".again input[name=password]", "the password" + Keys.ENTER)
    console.find("#pages", "Log out (other)")
    console.gone("dialog")
    assert console.client.lists.stats("asked")["ready"] == 2
    console.client.lists.delete("asked")
    console.complaints()
    console.log_in()


def test_an_upload_that_is_closed_ends(console):
    console.open("keys")
    console.find("h1", "Keys")
    console.run(
        """
        const data = new DataTransfer();
        for (const name of ["up-1", "up-2", "up-3"]) data.items.add(new File(["new"], name));
        dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        """
    )
    console.find("dialog", "Upload 3 files")
    release = hold(console, "PUT")
    console.click("dialog button.primary", "Upload")
    console.click("dialog footer button", "Cancel")
    console.gone("dialog")
    release()
    console.find(".message", "1 of 3 files is uploaded.")
    assert [row.name for row in console.client.keys.list(prefix="up-")] == ["up-1"]
    console.client.delete("up-1")


ERROR = "dialog .message.error"


def is_on_top(console, css):
    """Return whether nothing lies above the middle of an element."""
    return console.run(
        "const e = document.querySelector(arguments[0]), b = e.getBoundingClientRect();"
        "return e.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2))",
        css,
    )


def test_an_error_in_a_dialog_is_shown_in_it_with_the_label_and_gone_with_it(console):
    console.client.push("dialogs", "1")
    with console.sized(390, 700):
        console.open("lists/dialogs")
        console.click("main button", "Policy")
        console.fill("dialog input[name=lease]", "abc")
        console.click("dialog footer button.primary")
        assert "'Lease length'" in console.find(ERROR).text
        assert is_on_top(console, ERROR)
        console.click("dialog footer button.primary")
        console.until(
            lambda: (
                console.run(
                    "return performance.getEntriesByType('resource')"
                    ".filter(({ name }) => name.endsWith('/policy')).length"
                )
                == 2
            )
        )
        assert len(console.browser.find_elements("css selector", ERROR)) == 1
        console.press(Keys.ESCAPE)
        console.click("dialog footer button.danger", "Drop it")
        console.gone("dialog")
        assert not console.found(".message")
    console.complaints()
    console.client.lists.delete("dialogs")


@pytest.mark.parametrize(
    ("address", "button", "field"),
    [("lists/dialogs", "Push", "ttl"), ("lists", "New list", "delay")],
)
def test_each_dialog_shows_its_errors(console, address, button, field):
    console.client.push("dialogs", "1")
    console.open(address)
    console.click("main button", button)
    name = console.found("dialog input[name=name]")
    if name:
        name.send_keys("dialogs")
    console.fill(f"dialog input[name={field}]", "a b")
    console.click("dialog footer button.primary")
    console.find(ERROR)
    assert is_on_top(console, ERROR)
    console.complaints()
    console.client.lists.delete("dialogs")


def test_an_error_outlives_a_question_above_its_dialog(console):
    console.client.push("dialogs", "1")
    console.open("lists/dialogs")
    console.click("main button", "Push")
    console.fill("dialog input[name=ttl]", "1h")
    console.press(Keys.ESCAPE)
    console.find("dialog button.danger", "Drop it")
    say = "import(document.querySelector('script[src]').src.replace(/main\\.js$/, 'parts/dialogs.js'))"
    console.browser.execute_async_script(
        f"const done = arguments[0]; {say}.then(({{ say }}) => (say('wrong', {{ isError: true }}), done()))"
    )
    console.press(Keys.ESCAPE)
    console.gone("dialog button.danger", "Drop it")
    console.find(ERROR, "wrong")
    console.client.lists.delete("dialogs")
