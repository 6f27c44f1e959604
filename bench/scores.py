"""How well understanding does on labelled messages, layer by layer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.messages import RAISING, Labelled
from bot.content import content
from bot.understanding import hear_own
from bot.understanding.deciding import decide, ranked
from bot.understanding.hearing import Listened, listen
from bot.understanding.learned import Model
from bot.understanding.lexicon import lexicon


@dataclass(slots=True)
class Score:
    """Counts of one run; every pair is (found, of)."""

    urgent: list[int] = field(default_factory=lambda: [0, 0])
    now_raised: list[int] = field(default_factory=lambda: [0, 0])
    now_as_now: list[int] = field(default_factory=lambda: [0, 0])
    calm_raised: list[int] = field(default_factory=lambda: [0, 0])
    denied_raised: list[int] = field(default_factory=lambda: [0, 0])
    mentioned: list[int] = field(default_factory=lambda: [0, 0])
    first_tree: list[int] = field(default_factory=lambda: [0, 0])
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    flag_right: Counter[str] = field(default_factory=Counter)
    flag_of: Counter[str] = field(default_factory=Counter)
    flag_extra: Counter[str] = field(default_factory=Counter)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)


def heard_by(row: Labelled, layer: str, use: Model | None) -> Listened:
    """What one layer hears: "rules" (hints count as hits), "learned" (no rules), "both" (as a conversation does)."""
    words, held = lexicon(), content()
    heard = listen(row.text, words)
    if layer == "learned":
        heard.flags.clear()
        heard.trees.clear()
    else:
        hear_own(heard, held.trees, held.common)
    if layer != "rules":
        decide(heard, words, use)
    return heard


def _pair(pair: list[int], found: bool) -> None:
    pair[0] += found
    pair[1] += 1


def score(rows: list[Labelled], layer: str, use: Model | None) -> Score:
    """One layer over these messages."""
    made = Score()
    for row in rows:
        heard = heard_by(row, layer, use)
        raised = heard.urgency != "none"
        made.confusion[row.urgency, heard.urgency] += 1
        if row.urgency != "none":
            _pair(made.urgent, raised)
        if row.urgency == "now":
            _pair(made.now_raised, raised)
            _pair(made.now_as_now, heard.urgency == "now")
        if row.calm:
            _pair(made.calm_raised, raised)
        elif row.urgency == "none":
            _pair(made.denied_raised, raised)
        if row.concerns:
            _pair(made.first_tree, row.concerns[0] in [t for t, _ in ranked(heard)[:3]])
        _flags(made, row, heard)
    return made


def _flags(made: Score, row: Labelled, heard: Listened) -> None:
    got = {name for name, flag in heard.flags.items() if flag.label in RAISING}
    for name in row.raising:
        made.flag_of[name] += 1
        made.flag_right[name] += name in got
    for name in got - row.raising:
        made.flag_extra[name] += 1
    for name, label in row.flags:
        flag = heard.flags.get(name)
        made.labels[label, flag.label if flag else "not heard"] += 1
        if label not in RAISING:
            _pair(made.mentioned, flag is not None)


def share(pair: list[int]) -> str:
    """48/50 96.0 %."""
    return f"{pair[0]}/{pair[1]} {100 * pair[0] / pair[1]:.1f} %" if pair[1] else "none"


def line(made: Score) -> str:
    """The figures that the targets are about, on one line."""
    return (
        f"urgent found {share(made.urgent)} | now raised {share(made.now_raised)}, as now {share(made.now_as_now)}"
        f" | calm raised {share(made.calm_raised)} | only denied, past or other raised {share(made.denied_raised)}"
        f" | these mentioned {share(made.mentioned)} | tree in first three {share(made.first_tree)}"
    )
