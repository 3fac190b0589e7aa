"""The cache is data of anybody who sends a change: it runs nothing, and whatever is not of its shape is ignored."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shop_project import VIEWS, write

from ownedfields.cli import main
from ownedfields.remembering import from_text, to_text

CACHE = ".ownedfields_cache"
REFUSALS = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
WRONG = (None, True, 1.5, float("inf"), [[]], {"a": []}, [None, None])


class Exploit:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch ran",)


HOSTILE = {
    "pickle": pickle.dumps(Exploit()),
    "nonsense": b"nonsense",
    "no UTF-8": b'"\xff"',
    "empty": b"",
    "null": b"null",
    "deep": b"[" * 200_000,
    "huge number": b'{"key": ' + b"9" * 10_000 + b"}",
    "no parts": b"{}",
}


def checked(shop: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert main(["check", "--format", "concise"]) == 1
    return [line for line in capsys.readouterr().out.splitlines() if "OPR" in line]


@pytest.fixture
def shop_with_finding(shop: Path) -> Path:
    write(shop, "shop/views.py", VIEWS)
    return shop


@pytest.mark.parametrize("name", ["memory.json", "memory.pickle"])
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_cache_is_ignored(
    shop_with_finding: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    wanted = checked(shop_with_finding, capsys)
    (shop_with_finding / CACHE / name).write_bytes(content)
    assert checked(shop_with_finding, capsys) == wanted != []
    assert not (shop_with_finding / "ran").exists()


def test_what_is_written_is_what_is_read(shop_with_finding: Path) -> None:
    memory = from_text(_cache_of(shop_with_finding))
    assert memory.results["shop/views.py"].findings[0].evidence
    assert from_text(to_text(memory)) == memory


def test_a_value_of_another_shape_makes_it_none(shop_with_finding: Path) -> None:
    whole = json.loads(_cache_of(shop_with_finding))
    places = list(_places(whole))
    assert len(places) > 50
    for holder, key in places:
        kept = holder[key]
        for wrong in WRONG:
            holder[key] = wrong
            with pytest.raises(REFUSALS):
                from_text(json.dumps(whole))
        holder[key] = kept
    assert from_text(json.dumps(whole))


def test_an_unchanged_project_is_read_from_the_cache(
    shop_with_finding: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = checked(shop_with_finding, capsys)
    path = shop_with_finding / CACHE / "memory.json"
    path.write_text(path.read_text().replace("written by assignment", "as the cache says"))
    assert checked(shop_with_finding, capsys) == [
        line.replace("written by assignment", "as the cache says") for line in wanted
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(shop_with_finding: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = checked(shop_with_finding, capsys)
    path = shop_with_finding / CACHE / "memory.json"
    path.unlink()
    os.mkfifo(path)
    assert checked(shop_with_finding, capsys) == wanted


def test_nothing_is_written_through_a_link(
    shop_with_finding: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shop_with_finding / CACHE).symlink_to(elsewhere)
    assert checked(shop_with_finding, capsys)
    assert list(elsewhere.iterdir()) == []


def _cache_of(shop: Path) -> str:
    assert main(["check", "--format", "concise"]) == 1
    return (shop / CACHE / "memory.json").read_text(encoding="utf-8")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of the text at which a value could stand in for another."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(entries):
        yield value, key
        yield from _places(each)
