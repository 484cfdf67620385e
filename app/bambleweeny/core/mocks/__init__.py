"""Routes as mock APIs: the rules of a route document, without an engine and without HTTP."""
