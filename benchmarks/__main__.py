"""python -m benchmarks [NAME ...]: run every benchmark, or the named ones, and print one table."""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.table import Row, printed

NOT_BENCHMARKS = {"__init__", "__main__", "table"}


def names() -> list[str]:
    """Every module here that has `rows()`."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    return [name for name in found if "def rows()" in (Path(__file__).parent / f"{name}.py").read_text()]


def main(chosen: list[str]) -> int:
    rows: list[Row] = []
    for name in chosen or names():
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += import_module(f"benchmarks.{name}").rows()
    print(printed(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
