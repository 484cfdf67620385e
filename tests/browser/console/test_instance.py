"""The pages of the instance: export to a file, import of one after a dry run, and the server."""

import json

import pytest
from selenium.webdriver.common.by import By

DRY = "#content table"


@pytest.fixture
def data(console):
    """Some data of the admin, and nothing else."""
    for row in list(console.client.keys.list()):
        console.client.delete(row.name)
    console.client.set("app:color", "blue")
    console.client.set("app:motd", "Käse")


@pytest.fixture
def choose(console, tmp_path):
    """Choose a file with these rows on the page."""

    def choose(*rows, name="mine.ndjson"):
        console.browser.get("about:blank")
        console.open("data")
        file = tmp_path / name
        file.write_text(
            "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows),
            "utf-8",
        )
        console.find(".drop")
        console.browser.find_element(By.CSS_SELECTOR, ".drop input").send_keys(str(file))
        console.find("#content", f"{name},")

    return choose


def key(name, value):
    return {"key": {"name": name, "value": value}}


def planned(console):
    """Return the numbers of new, replaced and skipped ones by kind."""
    console.gone("#content .loading")
    rows = console.find(DRY).find_elements(By.CSS_SELECTOR, "tbody tr")
    return {row.text.split()[0]: [int(word) for word in row.text.split()[1:]] for row in rows}


def values(console):
    return {row.name: console.client.get(row.name).text() for row in console.client.keys.list()}


@pytest.mark.usefixtures("data")
def test_an_export_is_a_file(console, tmp_path):
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    console.browser.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    console.open("data")
    console.click("#content .primary", "Download")
    file = tmp_path / "bambleweeny-admin.ndjson"
    console.until(file.exists)
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {row["key"]["name"]: row["key"]["value"] for row in rows if "key" in row} == {
        "app:color": "blue",
        "app:motd": "Käse",
    }


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("mode", "numbers", "left"),
    [
        ("Overwrite", [1, 1, 0], {"app:color": "red", "app:motd": "Käse", "new": "1"}),
        ("Keep existing", [1, 0, 1], {"app:color": "blue", "app:motd": "Käse", "new": "1"}),
        ("Delete all data", [2, 0, 0], {"app:color": "red", "new": "1"}),
    ],
)
def test_an_import_does_what_its_dry_run_says(console, choose, mode, numbers, left):
    before = values(console)
    choose(key("app:color", "red"), key("new", "1"))
    console.click("fieldset label", mode)
    console.until(lambda: planned(console) == {"Keys": numbers}, mode)
    assert values(console) == before
    console.click(
        "#content button", "Delete all data and import" if mode.startswith("Del") else "Import"
    )
    if mode.startswith("Del"):
        console.find("dialog", "2 keys")
        console.type("dialog input", "admin")
        console.click("dialog .danger")
    console.find(".message", "Imported")
    assert values(console) == left
    console.find(".drop")


@pytest.mark.usefixtures("data")
def test_what_exists_is_added_to_and_what_is_skipped_has_a_reason(console, choose):
    console.client.push("jobs", "1")
    route = console.client.routes.create("app:color", "text/plain")
    choose(
        {"item": {"list": "jobs", "value": "2"}},
        {"route": {"key": "app:color", "content_type": "text/plain"}},
    )
    console.find("tr", "Lists 0 1 added to 0")
    console.find("#content p", "1 route is skipped: an equal one exists.")
    console.click("fieldset label", "Keep existing")
    console.find("#content p", "1 item is skipped: the list exists, or the TTL has passed.")
    button = console.find("#content button.primary", "Import")
    assert button.rect["y"] > console.find(DRY).rect["y"]
    console.client.lists.delete("jobs")
    console.client.routes.delete(route.id)


@pytest.mark.usefixtures("data")
def test_a_broken_line_is_named_and_nothing_is_imported(console, choose):
    before = values(console)
    choose(key("a", "1"), '{"key": {"name": "b"', key("c", "1"))
    assert console.find("#content .problem").text.count("Line 2: ") == 1
    assert console.found(DRY) is None
    assert "grow" not in console.find("#content").text
    assert console.found("#content button", "Import") is None
    assert values(console) == before
    console.click("#content button", "Choose another file")
    console.find(".drop")


@pytest.mark.usefixtures("data")
def test_an_empty_file_is_not_imported(console, choose):
    choose()
    console.click("fieldset label", "Delete all data")
    console.find("#content .note", "no lines to import")
    assert console.found(DRY) is None
    assert console.found("#content button", "import") is None


@pytest.mark.usefixtures("data")
def test_what_replaces_all_data_has_its_size(console, choose):
    choose(key("a", "1"))
    console.find("#content p", "The data grow by")
    console.click("fieldset label", "Delete all data")
    console.find("#content p", "The new data take")
    assert "grow" not in console.find("#content").text


@pytest.mark.usefixtures("data")
def test_a_file_that_is_too_large_gets_a_command(console, choose):
    choose(key("large", "x" * (11 << 20)), name="it's large.ndjson")
    console.find("#content .note code", r"bambleweeny import 'it'\''s large.ndjson'")
    assert any("413" in line for line in console.complaints())


def test_the_page_has_figures_calls_and_limits(console):
    console.client.set("counted", "1")
    console.open("server")
    console.find(".figures", "Ready")
    figures = console.find(".figures").text
    assert console.client.info()["version"] in figures
    console.find("#content table", "/keys/{name}")
    text = console.find("#content").text
    assert "max_body\n1 MB" in text
    assert "token_expiry\n50 min" in text
    console.click("summary", "State of the engine")
    console.type("details .filter", "used_memory_human")
    console.find("details dt", "used_memory_human")
    console.gone("details dt", "redis_version")


def test_the_data_are_written_to_disk(console):
    console.open("server")
    console.click("#content button", "Write all data")
    console.find(".message", "on disk")


def test_a_user_sees_no_page_of_admins(console):
    console.client.users.create("ada", "ada-secret-1")
    console.log_in("ada", "ada-secret-1")
    shown = [link.text for link in console.browser.find_elements("css selector", "#pages a")]
    assert "Keys" in shown
    assert not {"Users", "Server"} & {*shown}
    for page in ("server", "users"):
        console.open(page)
        console.find("#content h1", "There is no such page")
    console.log_in()


def test_the_calls_of_the_server_are_sorted_by_each_column(console):
    console.open("server")
    column = "return [...document.querySelector('.calls-table').querySelectorAll('tbody th')].map(({textContent}) => textContent)"
    console.click("button.sort", "Path")
    console.find("th[aria-sort=ascending]", "Path")
    paths = [path for path in console.run(column) if path.startswith("/")]
    assert paths == sorted(paths)
    assert not [path for path in paths if path.startswith("/console")]
    console.click("button.sort", "Path")
    console.find("th[aria-sort=descending]", "Path")
    console.find("details summary", "Files of this console")
    assert console.find("meter").get_attribute("aria-label") == "Memory of the engine"


def test_an_export_names_its_user_and_the_snippet_of_an_import_its_file(console, choose):
    choose(key("plan", "1"))
    console.find("#content button.primary", "Import")
    console.find(".snippet pre", "@mine.ndjson")
    console.find("#content .note", "This is the data of admin only.")
