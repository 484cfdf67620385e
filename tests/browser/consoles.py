"""The console of a server in a browser: what a user does with it."""

from contextlib import contextmanager, suppress

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 30


class Console:
    """A browser, the server that it shows, and a client of that server for what others do."""

    may_complain = False
    """Whether a test may leave messages in the browser's log, as of a server that is gone."""

    def __init__(self, browser, server, client):
        self.browser, self.server, self.client = browser, server, client

    def log_in(self, user="admin", password="changeme"):
        self.browser.get(f"{self.server.url}/console")
        self.browser.execute_script("sessionStorage.clear(); localStorage.clear()")
        self.browser.get(f"{self.server.url}/console")
        self.type("input[name=username]", user)
        self.type("input[name=password]", password + Keys.ENTER)
        self.find("#pages")

    def open(self, address):
        """Show the page of an address such as `keys/app:color`."""
        self.browser.get(f"{self.server.url}/console#/{address}")

    def found(self, css, text=""):
        """Return the first shown element that has a text, or None while that changes."""
        # NOTE: a dialog may open between the looks at two of its fields; only then the second is the first shown one.
        element = self._first(css, text)
        return element if element and element == self._first(css, text) else None

    def _first(self, css, text):
        for element in self.browser.find_elements(By.CSS_SELECTOR, css):
            with suppress(StaleElementReferenceException):
                if element.is_displayed() and text in element.text:
                    return element
        return None

    def find(self, css, text=""):
        """Wait for a shown element that has a text."""
        return self.until(lambda: self.found(css, text), f"{css} {text}")

    def gone(self, css, text=""):
        """Wait until no such element is shown."""
        self.until(lambda: self.found(css, text) is None, f"no {css} {text}")

    def until(self, condition, what=""):
        """Wait for a condition to be true, and return its value."""
        return WebDriverWait(self.browser, SECONDS, poll_frequency=0.05).until(
            lambda _: condition(), what
        )

    def click(self, css, text=""):
        """Click an element; it is looked up again if the page has replaced it meanwhile."""

        def clicked():
            # NOTE: a message may be above it for some seconds.
            with suppress(StaleElementReferenceException):
                element = self.found(css, text)
                if element and element.is_enabled():
                    return self._clicked(element)
            return False

        self.until(clicked, f"{css} {text}")

    def _clicked(self, element):
        try:
            element.click()
        except ElementClickInterceptedException:
            # NOTE: the driver does not scroll to what lies below the bar at the top.
            self.run("arguments[0].scrollIntoView({ block: 'center' })", element)
            return False
        return True

    def type(self, css, keys):
        """Type into a field."""
        self.find(css).send_keys(keys)

    def fill(self, css, text):
        """Replace the text of a field."""
        self.find(css).send_keys(Keys.CONTROL + "a" + Keys.NULL + text)

    def press(self, *keys):
        """Press keys where the focus is."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def chord(self, key):
        """Press a key together with Ctrl."""
        chain = ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(key)
        chain.key_up(Keys.CONTROL).perform()

    def run(self, script, *arguments):
        """Run JavaScript in the page, and return what it returns."""
        return self.browser.execute_script(script, *arguments)

    def token(self):
        """Return the token that this tab has."""
        return self.run("return JSON.parse(sessionStorage.getItem('bambleweeny.session')).token")

    def stored(self):
        """Return all that this origin has stored in the browser."""
        return self.run("return JSON.stringify([{...sessionStorage}, {...localStorage}])")

    def addresses(self):
        """Return the URLs that this page has loaded."""
        return self.run("return performance.getEntriesByType('resource').map(({name}) => name)")

    @contextmanager
    def sized(self, width, height=800, *, is_mobile=True):
        """Give the page another size meanwhile."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_mobile}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        try:
            yield
        finally:
            self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def fits(self, width):
        """Return whether the page, of this width now, does not scroll sideways."""
        return self.run("return document.documentElement.scrollWidth") <= width

    def is_as_wide_as(self, pixels):
        """Return whether the page fits a window of this width."""
        with self.sized(pixels):
            return self.fits(pixels)

    def complaints(self):
        """Return what the browser has logged since the last time."""
        return [entry["message"] for entry in self.browser.get_log("browser")]
