"""Bounds of route documents, of what they match and of what they answer."""

DOCUMENT_BYTES = 256 << 10
RULES = 200
ANSWERS = 20
"""Of one rule."""

CANDIDATES = 20
"""Rules that one request may hand to the engine, each with a test of keys."""

OPERATIONS = 5
"""In the `then` of a rule."""

KEY_CONDITIONS = 5
SEGMENTS = 32
WILDCARDS = 4
PLACEHOLDERS = 100
"""In one answer, counted as they occur."""

JSON_LEVELS = 100
ANSWER_BYTES = 2 << 20
DELAY_MS = 30_000
TEXT_CHARACTERS = 8 << 10
"""Of a text that is compared."""

BODY_BYTES = 256 << 10
"""Of a request's body that is parsed."""

FIELDS = 1000
"""In a query, a form or a Cookie header."""

NAME_PART = 64
"""Characters that a request may put into the name of a key."""

ALTERNATIVES = 1000
"""Values in one condition of a rule."""

KEY_ALTERNATIVES = 100
"""Values in one condition on a key."""

COMPARISONS = 1_000_000
"""Of one request, with conditions or with objects: about half a second."""

FIELD_CHARACTERS = 512
FIELD_STEPS = 20
"""Names in the path of a field in the query of a collection."""

OBJECTS = 1000
COLLECTION_BYTES = 1 << 20
RELATIONS = 5
"""Other collections that one list may embed."""

IMPORT_BYTES = 16 << 20
