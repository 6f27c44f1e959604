"""The command line of the bot: check, compare, show, understand, try."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper

from bot import content as content_room
from bot.check import everything


def _check(_: argparse.Namespace) -> int:
    checked = everything(content_room.texts_in(*content_room.folders()))
    for fault in checked.faults:
        print(fault)
    print(checked.line())
    return 1 if checked.faults else 0


def _understand(_: argparse.Namespace) -> int:
    from bot.understanding.lines import BadLine, answered

    content, wrong = content_room.content(), 0
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):  # whatever the terminal is set to, and half an emoji stops nothing
            stream.reconfigure(encoding="utf-8", errors="replace")
    for number, line in enumerate(sys.stdin, 1):
        if line.strip():
            try:
                print(answered(line, content.trees, content.common), flush=True)  # whoever waits for each answer has it
            except BadLine as fault:
                print(f"Line {number}: {fault}", file=sys.stderr)
                wrong += 1
    return 2 if wrong else 0


def _compare(given: argparse.Namespace) -> int:
    from bot import compare

    return compare.report(given.old, given.new)


def _show(given: argparse.Namespace) -> int:
    from bot import picture

    return picture.show(given.tree, content_room.content())


def _try(given: argparse.Namespace) -> int:
    from bot import trial

    return trial.hold(given.tree, content_room.content())


def main(words: list[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="every fault of trees and knowledge, with file and line").set_defaults(do=_check)
    compare = commands.add_parser("compare", help="the journeys whose outcome a change alters")
    compare.add_argument("old", help="a folder or a git revision")
    compare.add_argument("new", help="a folder or a git revision")
    compare.set_defaults(do=_compare)
    show = commands.add_parser("show", help="a tree as an outline")
    show.add_argument("tree")
    show.set_defaults(do=_show)
    understand = commands.add_parser("understand", help='JSON lines {"id", "text"} in, what was understood out')
    understand.set_defaults(do=_understand)
    trial = commands.add_parser("try", help="a trial conversation in the terminal: not recorded, not advice")
    trial.add_argument("tree", nargs="?")
    trial.set_defaults(do=_try)
    given = parser.parse_args(words)
    return int(given.do(given))


if __name__ == "__main__":
    sys.exit(main())
