"""Django's task framework: its own from Django 6, the backport until then. Import tasks only from here."""

try:
    from django.tasks import task  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from django_tasks import task  # type: ignore[no-redef, unused-ignore]

__all__ = ["task"]
