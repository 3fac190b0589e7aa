"""Single values of an address or a form, read so that no value can break a page.

What has more than one field is a form; what narrows a list is the list's filters.
"""

from collections.abc import Collection

from django.http import HttpRequest, QueryDict

LONGEST = 200


def of_request(request: HttpRequest) -> QueryDict:
    """Return the form of a POST, and the address of every other request."""
    return request.POST if request.method == "POST" else request.GET


def text(query: QueryDict, name: str, *, longest: int = LONGEST) -> str:
    """Return the text of a parameter without letters that cannot be printed, cut; empty where it was not sent."""
    return printable(query.get(name, "")[: 4 * longest])[:longest]


def printable(words: str) -> str:
    """Return the words without letters that cannot be printed, and without blanks around them."""
    return "".join(letter for letter in words if letter.isprintable()).strip()


def is_typed(form: QueryDict, name: str) -> bool:
    """Return True if the name was typed that has to be, before something goes for good."""
    return text(form, "typed") == printable(name)


def choice(query: QueryDict, name: str, allowed: Collection[str], *, usual: str) -> str:
    """Return the parameter if it is one of those allowed, else the usual one."""
    value = query.get(name, "")
    return value if value in allowed else usual


def as_sent(query: QueryDict, name: str) -> str:
    """Return a parameter letter by letter, for what reads it with care itself; empty where it was not sent."""
    return query.get(name, "")


def names(query: QueryDict) -> list[str]:
    """Return the names of all that was sent, in their order."""
    return list(query)


def pairs(query: QueryDict) -> list[tuple[str, str]]:
    """Return all that was sent, for a form that carries it along."""
    return [(name, value) for name, values in query.lists() for value in values]


def address(query: QueryDict) -> str:
    """Return all that was sent, as an address has it."""
    return query.urlencode()


def has_empty(query: QueryDict) -> bool:
    """Return True if a field was sent that nobody filled."""
    return any(not value for value in query.values())


def texts(query: QueryDict, name: str) -> list[str]:
    """Return every value of a parameter that may be sent several times."""
    return query.getlist(name)


def is_sent(query: QueryDict, name: str) -> bool:
    """Return True if the parameter was sent, with whichever value."""
    return name in query
