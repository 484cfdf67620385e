"""What the responders of the app declare: the scopes that each call needs."""

import re

from bambleweeny.api import create_app
from bambleweeny.api.requests.authentication import admin_only, authenticated, logged_in
from bambleweeny.api.requests.scopes import SESSION
from bambleweeny.api.sandboxes import authenticated_or_open
from falcon import inspect

HOOKS = (authenticated, logged_in, admin_only, authenticated_or_open)


def needed_by(responder):
    """Return what the hook of a responder needs, or None for a public one."""
    while cells := dict(
        zip(responder.__code__.co_freevars, responder.__closure__ or (), strict=True)
    ):
        if "sync_action" not in cells:
            return None
        if cells["sync_action"].cell_contents in HOOKS:
            return cells["action_kwargs"].cell_contents.get("needed", SESSION)
        responder = cells["sync_responder"].cell_contents
    return None


def declared(services):
    """Return what each call needs, by path and lower-case method."""
    app = create_app(services)
    found = {}
    for route in inspect.inspect_compiled_router(app._router):
        path = re.sub(r":\w+}", "}", route.path)
        resource, methods = app._router.find(re.sub(r"{[^}]*}", "x", route.path))[:2]
        for method, responder in methods.items():
            if getattr(responder, "__self__", None) is resource:
                found[path, method.lower()] = needed_by(responder.__func__)
    return found
