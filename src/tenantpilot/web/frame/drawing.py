"""The engine of all templates: a page is text that can be sent, whatever text Graph put into it."""

from typing import Any

from django.template.backends.django import DjangoTemplates
from django.utils.safestring import SafeString, mark_safe

from tenantpilot.core.visible import visible


class VisibleTemplates(DjangoTemplates):
    """Django's engine, whose templates show what cannot be encoded."""

    def from_string(self, template_code: str) -> Any:
        return _Visible(super().from_string(template_code))

    def get_template(self, template_name: str) -> Any:
        return _Visible(super().get_template(template_name))


class _Visible:
    """A template of Django's, drawn with `visible` over the whole of its text."""

    def __init__(self, template: Any) -> None:
        self._template = template

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)

    def render(self, context: Any = None, request: Any = None) -> SafeString:
        """Return the drawn page. What `visible` writes needs no escape: it is letters, digits and a backslash."""
        return mark_safe(visible(self._template.render(context, request)))  # noqa: S308 the template escaped it
