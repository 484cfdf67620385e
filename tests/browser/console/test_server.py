"""The page of the server: for admins, with the figures of now."""


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
