"""Pages that others have written, shown in a frame: they load and send nothing."""

import pytest
from receivers import Receiver

PAGE = """<!doctype html><html><head>
<meta http-equiv="refresh" content="0; url={url}/refresh"><base href="{url}/">
<link rel="stylesheet" href="{url}/style"><link rel="prefetch" href="{url}/prefetch">
<link rel="preload" as="image" href="{url}/preload"><link rel="icon" href="{url}/icon">
<style>@import "{url}/import"; body {{ background: url({url}/background) }}
@font-face {{ font-family: f; src: url({url}/font) }} h1 {{ font-family: f }}</style>
<script src="{url}/script"></script><script>fetch("{url}/fetch"); top.hacked = 1</script></head>
<body onload="document.forms[0].submit()"><h1>hello</h1>
<img src="{url}/img"><img srcset="{url}/srcset 1x"><img src="{own}/console/icon.svg?leak">
<picture><source srcset="{url}/source"><img></picture><video src="{url}/video" autoplay poster="{url}/poster"></video>
<audio src="{url}/audio" autoplay></audio><object data="{url}/object"></object><embed src="{url}/embed">
<iframe src="{url}/iframe"></iframe><svg><image href="{url}/svg"/><use href="{url}/use#a"/></svg>
<form action="{url}/form"><input autofocus onfocus="this.form.submit()"><button>send</button></form>
<a id="link" href="{url}/link" ping="{url}/ping">go</a>"""


@pytest.fixture
def receiver():
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


def assert_silent(console, receiver, frame):
    """Wait until the frame has tried all, click in it, and see that nothing arrived."""
    console.browser.switch_to.frame(frame)
    console.find("h1", "hello")
    console.until(lambda: console.run("return document.readyState") == "complete")
    console.find("#link").click()
    console.browser.switch_to.default_content()
    console.browser.execute_async_script("setTimeout(arguments[0], 400)")
    console.complaints()
    assert [one.path for one in receiver.received] == []
    assert not any("leak" in address for address in console.addresses())
    assert console.run("return typeof window.hacked") == "undefined"


def page(console, receiver):
    return PAGE.format(url=receiver.url, own=console.server.url)


def test_the_page_in_a_key_calls_nobody(console, receiver):
    console.client.set("page", page(console, receiver), type="text/html")
    console.open("keys/page")
    console.click("button.tab", "HTML")
    assert_silent(console, receiver, console.find("iframe.sandbox"))


def test_the_page_that_a_route_answers_calls_nobody(console, receiver):
    answer = {"text": page(console, receiver), "content_type": "text/html"}
    console.client.routes.set({"name": "page", "rules": [{"answers": [answer]}]})
    console.open("routes/page")
    console.click(".tester button.primary")
    console.click(".answer button", "Show as a page")
    assert_silent(console, receiver, console.find("iframe.page-frame"))


def test_a_drawing_in_a_key_calls_nobody(console, receiver):
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{receiver.url}/img"/><style>@import "{receiver.url}/css";</style></svg>'
    console.client.set("drawing", drawing, type="image/svg+xml")
    console.open("keys/drawing")
    console.click("button.tab", "Image")
    console.until(lambda: console.run("return document.querySelector('img.picture')?.complete"))
    assert receiver.received == []
