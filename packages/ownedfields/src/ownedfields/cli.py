"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ownedfields import __version__
from ownedfields.config import ConfigError

FORMATS = ("full", "concise", "json", "jsonl", "sarif", "github", "junit")
EPILOG = "exit codes: 0 clean, 1 findings, 2 wrong usage or configuration, 3 a file that matters could not be parsed"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is what it answers. Without arguments, the command line's: then the process ends."""
    gc.disable()  # a short life with many small objects: collecting them costs a third of the time
    try:
        code = _run(arguments)
        if arguments is None:
            _leave(code)
    finally:
        gc.enable()
    return code


def _leave(code: int) -> NoReturn:
    """End at once: taking a hundred thousand small objects apart first would cost a tenth of the time."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except ConfigError as error:
        print(f"ownedfields: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ownedfields", description="Guards for model fields that one service owns.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"ownedfields {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="report writes outside the owner", epilog=EPILOG))
    explain = commands.add_parser("explain", help="show a rule with a wrong and a right example")
    explain.add_argument("rule", nargs="?", metavar="ID", help="for example OPR103; without it, all rules are listed")
    explain.set_defaults(run=_explain)
    _add_init(commands.add_parser("init", help="write the configuration from the project's models"))
    return parser


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="a project, or files of one (default: .)"
    )
    check.add_argument("--config", metavar="FILE", help="a TOML file with a [tool.ownedfields] table")
    check.add_argument("--format", choices=FORMATS, default="full", help="how to print findings (default: full)")
    check.add_argument("--output-file", metavar="FILE", help="write there instead of to the terminal")
    check.add_argument(
        "--strict", action="store_true", help="report protected names written through unknown receivers too"
    )
    check.add_argument("--statistics", action="store_true", help="count findings by rule, files and time")
    check.add_argument("--no-cache", action="store_true", help="read every file anew, and store nothing")
    check.add_argument(
        "--hash", action="store_true", help="trust contents, not modification times (default where CI is set)"
    )
    baseline = check.add_mutually_exclusive_group()
    baseline.add_argument(
        "--write-baseline", action="store_true", help="record today's findings; refused where one exists"
    )
    baseline.add_argument("--update-baseline", action="store_true", help="take mended findings out of the baseline")
    check.add_argument(
        "--prove", metavar="FILE", nargs="?", const="", help="map the writes that tests executed to known sites"
    )
    check.set_defaults(run=_check)


def _add_init(init: argparse.ArgumentParser) -> None:
    init.add_argument("path", nargs="?", default=".", metavar="PATH", help="the project (default: .)")
    init.add_argument("--model", metavar="IMPORT.PATH", help="guard this model")
    init.add_argument("--field", action="append", default=[], metavar="NAME", help="guard this field (repeatable)")
    init.add_argument("--owner", action="append", default=[], metavar="FILE", help="this file may write (repeatable)")
    init.add_argument("--print", action="store_true", dest="only_print", help="show the configuration, write nothing")
    init.set_defaults(run=_init)


def _check(options: argparse.Namespace) -> int:
    from ownedfields.commands import check

    return check.run(options)


def _explain(options: argparse.Namespace) -> int:
    from ownedfields.commands import explain

    return explain.run(options)


def _init(options: argparse.Namespace) -> int:
    from ownedfields.commands import init

    return init.run(options)
