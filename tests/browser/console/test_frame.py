"""The frame of the console: login, navigation, the palette."""

from selenium.webdriver.common.keys import Keys


def test_the_palette_goes_to_a_key(console):
    console.client.set("app:color", "blue")
    console.open("keys")
    console.find("a.opens", "app:color")
    console.chord("k")
    console.type(".search", "app:c")
    console.find("[role=option]", "app:color")
    console.press(Keys.ENTER)
    console.until(lambda: console.browser.current_url.endswith("#/keys/app:color"))
