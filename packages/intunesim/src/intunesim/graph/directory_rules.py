"""Rules of the directory for queries: some need the header ConsistencyLevel, some are never answered.

Source: https://learn.microsoft.com/graph/aad-advanced-queries
"""

import re

from intunesim.errors import GraphError, Origin, bad_request
from intunesim.graph.messages import Call
from intunesim.odata.tokens import tokenize

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
ADVANCED = frozenset({"ne", "not", "endswith"})
SEARCH = re.compile(r'"[^":]+:[^"]*"')
NEEDS_EVENTUAL = (
    "Request with $search query parameter only works through MSGraph with a special request header: "
    "'ConsistencyLevel: eventual'"
)


def check_directory_query(call: Call) -> None:
    """Raises 400 for a query that the directory does not answer, or only for those who accept a count that lags."""
    if call.collection.origin is not Origin.DIRECTORY:
        return
    if "$skip" in call.query.raw:
        raise bad_request("'$skip' is not supported by the service.", Origin.DIRECTORY)
    if call.query.search:
        _check_search(call)
    words = {token.text.lower() for token in tokenize(call.query.filter) if token.kind == "word"}
    if "contains" in words:
        raise _unsupported("contains")
    if (words & ADVANCED or (words and call.query.orderby)) and not (eventual(call) and call.query.count):
        raise _unsupported(next(iter(sorted(words & ADVANCED)), "$orderby"))


def check_directory_count(call: Call) -> None:
    """Raises 400 for /$count without the header that it needs."""
    if call.collection.origin is Origin.DIRECTORY and not eventual(call):
        raise bad_request("$count is not currently supported.", Origin.DIRECTORY)


def check_identifier(call: Call, identifier: str) -> None:
    """Raises 400 for an id of a group that is no GUID."""
    if call.collection.key == "group" and not GUID.fullmatch(identifier):
        raise bad_request(f"Invalid object identifier '{identifier}'.", Origin.DIRECTORY)


def eventual(call: Call) -> bool:
    """Return True if the client accepts an answer that lags."""
    return call.request.headers.get("consistencylevel", "").lower() == "eventual"


def _check_search(call: Call) -> None:
    if not eventual(call):
        raise bad_request(NEEDS_EVENTUAL, Origin.DIRECTORY)
    if not SEARCH.search(call.query.search):
        text = f"Syntax error: character ':' is not valid in '{call.query.search}'."
        raise bad_request(text, Origin.DIRECTORY)


def _unsupported(feature: str) -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", f"Unsupported Query: '{feature}'.", Origin.DIRECTORY)
