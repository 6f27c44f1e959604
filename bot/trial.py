"""A trial conversation in a terminal: the same turns as anywhere, nothing recorded. Not advice."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Any

from bot import assistant
from bot.content import Content

NOTICE = "A trial: not recorded, not advice. In danger now, ring 999. Empty line or Ctrl-D ends it."
ASKER = {"person": "trial", "name": "Trial", "role": "practitioner", "organisation": None}


def hold(tree_id: str | None, content: Content) -> int:
    """Holds the trial; refused in live mode, where every conversation is recorded."""
    if os.environ.get("ADVICE_PRACTICE", "1").strip().casefold() in ("0", "false", "no", "off"):
        print("Refused in live mode: every conversation there is recorded. Use practice mode.", file=sys.stderr)
        return 2
    if tree_id is not None and tree_id not in content.trees:
        print(f"There is no tree '{tree_id}'. Trees: {', '.join(sorted(content.trees))}.", file=sys.stderr)
        return 1
    print(NOTICE)
    now = datetime.now(UTC)
    slots = assistant.fold(None, assistant.begin(ASKER, "trial", now))
    text = "/start"
    if tree_id is not None:
        slots = assistant.fold(slots, [{"event": "slot", "name": "chosen", "value": [tree_id]}])
    while text:
        turn = assistant.take(slots, "trial", text, datetime.now(UTC), None, content, channel="trial")
        slots = turn.slots
        buttons = _print(turn.reply)
        text = _typed(buttons)
    return 0


def _print(reply: list[dict[str, Any]]) -> list[dict[str, str]]:
    buttons: list[dict[str, str]] = []
    for said in reply:
        if "text" in said:
            print(f"\n{said['text']}")
        buttons = said.get("buttons") or buttons
        if "custom" in said:
            custom = said["custom"]
            buttons = buttons or custom["can"]
            print(f"  [{custom['status']}; urgency {custom['urgency']}]")
    for number, button in enumerate(buttons, 1):
        print(f"  {number}. {button['title']}")
    return buttons


def _typed(buttons: list[dict[str, str]]) -> str:
    try:
        typed = input("> ").strip()
    except EOFError:
        return ""
    if typed.isdigit() and 0 < int(typed) <= len(buttons):
        return buttons[int(typed) - 1]["payload"]
    return typed
