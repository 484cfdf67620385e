"""What tests of the console's pages of keys share."""

from servers import Http


def http_of(console):
    """Return a session of the console's user."""
    return Http(console.server.url, console.server.token())


def fill(console, values):
    """Write many keys."""
    operations = [["set", name, value] for name, value in values.items()]
    http = http_of(console)
    for start in range(0, len(operations), 1000):
        http.post("/batch", json=operations[start : start + 1000]).raise_for_status()


def listed(console, prefix=""):
    """Return the rows of the keys with a prefix."""
    return http_of(console).get(f"/keys?prefix={prefix}&meta=1").json()["keys"]


def clear(console):
    http_of(console).delete("/keys?prefix=&confirm=1").raise_for_status()


def press_alone(console, key):
    """Press a key while no field has the focus."""
    console.run("document.activeElement.blur()")
    console.press(key)


def focus_row(console, name):
    script = (
        "[...document.querySelectorAll('.opens')].find((one) => one.textContent === arguments[0])"
    )
    console.until(lambda: console.run(f"return Boolean({script})", name))
    console.run(f"{script}.focus({{ preventScroll: true }})", name)


def focused(console):
    """Return the text and the place of the element that has the focus."""
    script = (
        "const e = document.activeElement; return [e.textContent, e.getBoundingClientRect().top]"
    )
    return console.run(script)


def assert_refused(console, status):
    """Check that the browser has logged one refusal, which the test expects, and nothing else."""
    complaints = console.complaints()
    assert len(complaints) == 1
    assert f" {status} " in complaints[0]
