"""Refusing text that no column holds, in one line that says the limit; the same on every database."""

import re
from typing import Any

from django.db.models import Model

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.visible import UNSEEN

LABELS = {"slug": "short name", "name": "title", "display_name": "name", "email": "address"}
# Control characters, halves of surrogates, and what turns the direction of writing round: no name has any of them.
NOT_IN_A_NAME = re.compile(f"[{UNSEEN}\t\n\r]")
SLUG = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")


class DoesNotFit(TenantPilotError):
    """A text is empty, too long, or holds what a name cannot have."""


def fitted(model: type[Model], **texts: str) -> list[str]:
    """Return the texts, each without spaces around it. Raises DoesNotFit for one that the model's field cannot hold."""
    return [_fitted(model._meta.get_field(name), text.strip()) for name, text in texts.items()]


def _fitted(field: Any, text: str) -> str:
    label = LABELS.get(field.name, field.name.replace("_", " "))
    if not text:
        raise DoesNotFit(f"The {label} is empty. Write at least one character.")
    if len(text) > field.max_length:
        raise DoesNotFit(f"The {label} has {len(text)} characters. At most {field.max_length} are possible.")
    if NOT_IN_A_NAME.search(text):
        raise DoesNotFit(f"The {label} holds a character that cannot be shown. Write it without control characters.")
    if field.name == "slug" and not SLUG.fullmatch(text):
        raise DoesNotFit(f"The {label} {text} is not possible. Use small letters, digits and dashes.")
    return text
