"""What is hostile costs no more than what is plain: a log line cannot hold up a worker (OPS-12)."""

import time

import pytest

from tenantpilot.core.sanitizing import sanitize

HOSTILE = {
    "words": "lorem ipsum " * 1_700,
    "one word": "a" * 20_000,
    "random": "aB3" * 6_600,
    "names of secrets": "password " * 2_200,
    "separators": "password=" * 2_200,
    "quotes": 'password="' + '\\"' * 10_000,
    "addresses": "a.b@" * 5_000,
    "dots": "1." * 10_000,
    "dashes": "-----BEGIN " * 1_800,
    "braces": '{"' * 10_000,
    "links": "https://" * 2_500,
    "spaces": " " * 20_000,
    "colons": "ab:" * 6_600,
    "digits": "4111 " * 4_000,
    "escapes": "\x1b[" * 10_000,
}


def seconds(text: str) -> float:
    return min(_timed(text) for _round in range(3))


def _timed(text: str) -> float:
    began = time.process_time()
    sanitize(text)
    return time.process_time() - began


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_makes_it_slow(kind: str) -> None:
    """OPS-12: linear. Twice the text costs no more than about twice the time, however it is made."""
    text = HOSTILE[kind]
    plain = max(seconds("lorem ipsum dolor sit amet " * (len(text) // 27)), 0.002)
    assert seconds(text) <= 25 * plain
