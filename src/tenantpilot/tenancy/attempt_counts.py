"""Counts of attempts in the database, so that all web processes of all machines count together."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils.crypto import salted_hmac

FORGOTTEN_AFTER = timedelta(days=1)


class AttemptCount(models.Model):
    """Attempts under one key since the window began. `known_until`: something succeeded under this key before.

    The key is a keyed hash: neither an account nor an address can be read from it (OPS-12).
    """

    key = models.CharField(max_length=64, primary_key=True)
    attempts = models.BigIntegerField(default=0)
    window_began_at = models.DateTimeField()
    known_until = models.DateTimeField(null=True)

    class Meta:
        app_label = "tenancy"
        db_table = "attempt_counts"
        indexes = [models.Index(fields=["window_began_at"], name="attempt_count_by_age")]

    def __str__(self) -> str:
        return self.key


_COUNT = """
INSERT INTO attempt_counts (key, attempts, window_began_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
  attempts = CASE WHEN attempt_counts.window_began_at > %s AND attempt_counts.window_began_at <= %s
             THEN attempt_counts.attempts + 1 ELSE 1 END,
  window_began_at = CASE WHEN attempt_counts.window_began_at > %s AND attempt_counts.window_began_at <= %s
                    THEN attempt_counts.window_began_at ELSE excluded.window_began_at END
RETURNING attempts
"""


def key_of(*parts: object) -> str:
    """Return the key for these parts. Without the installation's secret key nobody can make it."""
    text = "\x1f".join(str(part) for part in parts)
    return salted_hmac("tenantpilot.attempts", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def count(key: str, *, within: timedelta, now: datetime) -> int:
    """Add one attempt and return how many there were in this window. One statement: none is lost to another process.

    A window that began far in the future, because the clock went back, is over. A little is another machine's clock.
    """
    moment, earliest, latest = (_as_stored(at) for at in (now, now - within, now + within))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, moment, earliest, latest, earliest, latest])
        return int(cursor.fetchone()[0])


def is_known(key: str, *, now: datetime) -> bool:
    """Say if something succeeded under this key not too long ago."""
    return AttemptCount.objects.filter(pk=key, known_until__gt=now).exists()


def settle(key: str, *, known_until: datetime) -> None:
    """Forget the attempts and remember the success."""
    AttemptCount.objects.filter(pk=key).update(attempts=0, known_until=known_until)


def take_back(key: str) -> None:
    """Remove one attempt, which was none."""
    AttemptCount.objects.filter(pk=key, attempts__gt=0).update(attempts=models.F("attempts") - 1)


def forget_old(now: datetime) -> None:
    """Remove counts that decide nothing any more."""
    old = AttemptCount.objects.filter(window_began_at__lt=now - FORGOTTEN_AFTER)
    old.filter(models.Q(known_until=None) | models.Q(known_until__lt=now)).delete()


def _as_stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
