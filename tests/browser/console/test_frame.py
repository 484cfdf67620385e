"""The frame of the console: login, navigation, the palette."""


def test_the_palette_goes_to_a_key(console):
    console.client.set("app:color", "blue")
    console.open("keys")
    console.find("a.opens", "app:color")
    console.run("document.activeElement.blur()")
    console.press("\ue009", "k", "\ue009")
    console.type(".search", "app:c")
    console.find("[role=option]", "app:color")
    console.press("\ue007")
    console.until(lambda: console.browser.current_url.endswith("#/keys/app:color"))
