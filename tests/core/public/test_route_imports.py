"""Imports of routes while others change the token."""

import json

from bambleweeny.core.auth.named_tokens import TokenChange
from bambleweeny.core.public.route_imports import ImportOptions
from bambleweeny.store.scripts import PUT_DOCUMENT_WITHIN_QUOTA

DB = {"posts": [{"id": 1, "title": "a"}]}


def test_a_token_that_changes_between_the_steps_breaks_no_import(services, uli, meanwhile):
    named = services.named_tokens
    text, made = named.create(uli, "ci", ["keys:read", "keys:write", "routes:write"])
    caller = services.tokens.verify(text)
    meanwhile(
        PUT_DOCUMENT_WITHIN_QUOTA, lambda: named.change(uli, made.id, TokenChange(name="other"))
    )
    imported = services.mocks.imports.run(caller, json.dumps(DB).encode(), ImportOptions("db"))
    assert (imported.rules, len(imported.keys)) == (1, 1)
    assert len(services.routes.owned_by(uli)) == 1
