"""Errors of route documents, of their imports, and of the answers that they make."""

from bambleweeny.errors.bad_requests import InvalidRequest
from bambleweeny.errors.base import BambleweenyError
from bambleweeny.errors.failures import StoreFull
from bambleweeny.errors.refusals import BodyTooLarge, NotFound


class InvalidRoute(InvalidRequest):
    """A field of the route document cannot be used."""

    code, info = "invalid_route", "A field of the route document cannot be used."
    hint: str | None = "See /docs/mock-reference."


class InvalidPath(InvalidRoute):
    """A path of the document is outside of the grammar."""

    code, info = "invalid_path", "A path of the route document is invalid."


class InvalidCondition(InvalidRoute):
    """A condition of the document cannot be checked."""

    code, info = "invalid_condition", "A condition of the route document is invalid."


class InvalidTemplate(InvalidRoute):
    """A placeholder of the document is outside of the grammar."""

    code, info = "invalid_template", "A placeholder of the route document is invalid."


class InvalidOperation(InvalidRoute):
    """An operation of `then` is not an operation of a batch."""

    code, info = "invalid_operation", "An operation of 'then' is invalid."


class InvalidHeader(InvalidRoute):
    """The name or the value of a header is outside of the grammar."""

    code, info = "invalid_header", "A header of the route document is invalid."


class HeaderNotAllowed(InvalidRoute):
    """A rule may not set this header."""

    code, info = "header_not_allowed", "A rule may not set this header."


class InvalidCookie(InvalidRoute):
    """The name or the value of a cookie is outside of the grammar."""

    code, info = "invalid_cookie", "A cookie of the route document is invalid."


class TooManyRules(InvalidRoute):
    """A document has over 200 rules."""

    code, info = "too_many_rules", "A route has up to 200 rules."


class TooManyAnswers(InvalidRoute):
    """A rule has over 20 answers."""

    code, info = "too_many_answers", "A rule has up to 20 answers."


class TooManyOperations(InvalidRoute):
    """The `then` of a rule has over 5 operations."""

    code, info = "too_many_operations", "The list 'then' has up to 5 operations."


class TooManyKeyConditions(InvalidRoute):
    """A rule tests over 5 keys."""

    code, info = "too_many_key_conditions", "A rule tests up to 5 keys."


class TooManySegments(InvalidRoute):
    """A path has over 32 segments."""

    code, info = "too_many_segments", "A path has up to 32 segments."


class TooManyWildcards(InvalidRoute):
    """A text has over 4 wildcards."""

    code, info = "too_many_wildcards", "A text has up to 4 wildcards."


class TooManyPlaceholders(InvalidRoute):
    """An answer has over 100 placeholders."""

    code, info = "too_many_placeholders", "An answer has up to 100 placeholders."


class DelayTooLong(InvalidRoute):
    """A delay is over 30 s."""

    code, info = "delay_too_long", "A delay is up to 30 s."


class DocumentTooLarge(BodyTooLarge):
    """The route document is over 256 kB."""

    code, info = "document_too_large", "The route document has up to 256 kB."
    hint = "Put large bodies into keys; an answer shows one by 'key'."


class RouteNameTaken(BambleweenyError):
    """Another route of the user has this name."""

    code, status, info = "route_name_taken", 409, "Another route has this name."
    hint = "Replace that route with PUT /routes?id=@USER/NAME, or delete it."


class InvalidImport(InvalidRequest):
    """The document to import is not of the format."""

    code, info = "invalid_import", "The document to import is not of this format."


class ImportTooLarge(BodyTooLarge):
    """The document to import is over 16 MB, or its route is over a bound."""

    code, info = "import_too_large", "The document to import is too large."
    hint = "It has up to 16 MB, and makes up to 200 rules; only= selects a part of it."


class NoRule(NotFound):
    """No rule of the route matches the request."""

    code, info = "no_rule", "No rule of the route matches the request."


class NoSuchObject(NotFound):
    """The collection has no object with this id."""

    code, info = "no_such_object", "The collection has no such object."


class NotAnObject(InvalidRequest):
    """The body of a write to a collection is not a JSON object."""

    code, info = "not_an_object", "The body is not a JSON object."


class InvalidObjectId(InvalidRequest):
    """An object's id cannot be a part of a key's name."""

    code, info = "invalid_id", "The id cannot be used."
    hint = "An id is a whole number, or 1 to 64 of A-Z a-z 0-9 _ . -"


class IdTaken(BambleweenyError):
    """The collection has an object with this id already."""

    code, status, info = "id_taken", 409, "The collection has an object with this id."
    hint = "PUT replaces it."


class CollectionFull(StoreFull):
    """The collection has as many objects or bytes as it may have."""

    code, info = "collection_full", "The collection is full."
    hint = "It has up to 1,000 objects, or as 'max' says, with 1 MB in total."


class NotAsCalled(BambleweenyError):
    """The route was not called as expected."""

    code, status, info = "not_as_called", 409, "The route was not called as expected."


class CallsDropped(BambleweenyError):
    """The journal has dropped calls that the verification would have to count."""

    code, status, info = "calls_dropped", 409, "The journal has dropped calls that may match."
    hint = "Verify the calls since a later moment with since=, or reset the route before each test."


class UnusableAnswer(BambleweenyError):
    """The request has something that cannot be in the answer."""

    code, status, info = "unusable_answer", 422, "The answer cannot be made of this request."


class AnswerTooLarge(BambleweenyError):
    """The answer is over 2 MB."""

    code, status, info = "answer_too_large", 422, "The answer is too large."
    hint = "It has up to 2 MB."


class TooManyFilters(BambleweenyError):
    """The query of a collection has too many filters."""

    code, status, info = "too_many_filters", 422, "The query has too many filters."


class TooManyComparisons(BambleweenyError):
    """The conditions of the rules compare too much for one request."""

    code, status, info = "too_many_comparisons", 422, "The request needs too many comparisons."
    hint = "Conditions with many values are slow on long lists, texts and keys: use fewer values."


class TooManyCandidates(BambleweenyError):
    """Over 20 rules that test keys match the request."""

    code, status, info = "too_many_candidates", 422, "Too many rules with 'when.key' match."
    hint = "Up to 20 are tried for a request."
