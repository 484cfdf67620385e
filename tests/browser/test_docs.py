"""The documentation page in a real browser, with no other host in reach."""

import os
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


def find(browser, css, text=None):
    """Wait for an element that is shown, and has a text if one is given."""

    def shown(_):
        for element in browser.find_elements(By.CSS_SELECTOR, css):
            if element.is_displayed() and (text is None or text in element.text):
                return element
        return None

    return WebDriverWait(browser, 20, poll_frequency=0.05).until(shown, f"{css} {text}")


def keep_picture(browser, name):
    """Keep a screenshot where SCREENSHOTS says."""
    if os.environ.get("SCREENSHOTS"):
        browser.save_screenshot(str(Path(os.environ["SCREENSHOTS"]) / f"{name}.png"))


def test_a_call_can_be_tried_out_with_the_password_flow(browser, sandbox):
    browser.get(f"{sandbox.url}/docs")
    find(browser, ".opblock-summary-path", "/keys/{name}")
    keep_picture(browser, "docs")

    find(browser, ".btn.authorize").click()
    find(browser, "#oauth_username").send_keys("admin")
    find(browser, "#oauth_password").send_keys("changeme")
    find(browser, ".auth-container button.authorize").click()
    find(browser, ".auth-container", "Authorized")
    keep_picture(browser, "authorized")
    find(browser, "button.btn-done").click()

    call = find(browser, "#operations-keys-setKey")
    browser.execute_script("arguments[0].scrollIntoView()", call)
    call.find_element(By.CSS_SELECTOR, ".opblock-summary-control").click()
    find(browser, "#operations-keys-setKey .try-out__btn").click()
    find(browser, "#operations-keys-setKey button.execute").click()
    answer = find(browser, "#operations-keys-setKey .live-responses-table .response")
    assert "200" in answer.text
    assert '"info": "ok"' in answer.text
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", answer)
    keep_picture(browser, "result")

    errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
    assert not errors


def test_a_browser_at_the_front_door_sees_the_docs(browser, sandbox):
    browser.get(sandbox.url)
    find(browser, ".title", "Bambleweeny")
    assert browser.current_url == f"{sandbox.url}/docs"
