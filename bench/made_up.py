"""Made-up conversations, as realistic as invented words allow. Nobody in them exists.

The same seed and number make the same conversation.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from bot.content import Content
from bot.model import LEVELS
from web import rows

BEGUN = 1_735_722_000.0  # 1 January 2025, nine in the morning
YEARS = 1.9
PLACES = ["at home", "in clinic", "on the phone", "at school", "at the six week check", "on the ward", "at nursery"]
WHO = ["mum", "dad", "her partner", "nan", "the foster carer", "a neighbour", "the school nurse", "the older sister"]
SAW = [
    "a bruise on the cheek",
    "no food in the kitchen",
    "the baby crying for an hour",
    "cannabis in the front room",
    "a burn on his arm",
    "shouting and a broken door",
    "he has not been to school since half term",
    "she looked exhausted and would not talk",
    "three missed appointments",
    "a police notification that names one of the children",
    "the house cold and the heating off",
    "mum low and not sleeping",
    "an older boyfriend waiting in a car",
    "self-harm scars",
    "bottles behind the sofa",
    "a caravan with no water",
    "nobody home again",
    "the pram outside the pub",
    "he flinched when the door went",
]
SAID = [
    "says it was an accident",
    "says everything is fine",
    "did not want me to tell anyone",
    "asked for help",
    "got angry",
    "went quiet",
    "agreed to an assessment",
    "said no to early help",
]
ENDS = [
    "What does this amount to?",
    "Should I refer?",
    "I am worried.",
    "Not sure if this is enough.",
    "Can I wait until Monday?",
    "Is this level 3?",
]
ADVICE = [
    "Ring the duty line now and tell mum unless that raises the risk.",
    "Offer an early help assessment and agree a lead.",
    "See the baby today and ring me back.",
    "Keep the chronology and speak with the school.",
    "I would not wait for the plan to be reviewed.",
]
ORGANISATIONS = ("dchs", "dchs", "dchs", "dhcft", "dhcft", "gp-practice", "other")
COUNCILS = ("Derby", "Derbyshire", "Derbyshire", "Another council", "Not sure")
FLAGS = ("X-01", "X-02", "X-03", "X-08", "X-11", "X-13")


@dataclass(slots=True)
class Made:
    """One made-up conversation."""

    stream: str
    events: list[dict[str, Any]]
    row: dict[str, Any]
    messages: int = 0


@dataclass(slots=True)
class Maker:
    """Makes conversations from a seed and the trees in force."""

    content: Content
    seed: int
    digest: str
    trees: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trees = sorted(self.content.trees)
        self.weights = list(accumulate(1 / (n + 2) for n in range(len(self.trees))))  # a few concerns are common
        self.indicators = [
            a.partition("#")[2]
            for a, p in self.content.guidance.passages.items()
            if p.level and a.startswith("threshold_guidance")
        ]

    def one(self, number: int, of: int) -> Made:
        """The conversation of this number."""
        lot = random.Random(f"{self.seed}:{number}")
        at = BEGUN + YEARS * 365 * 86400 * number / of + lot.random() * 3600
        tree = self.content.trees[lot.choices(self.trees, cum_weights=self.weights)[0]]
        person = f"person-{lot.randrange(400)}"
        asker = {
            "person": person,
            "name": "A practitioner",
            "role": lot.choice(("practitioner",) * 4 + ("gp",)),
            "organisation": lot.choice(ORGANISATIONS),
        }
        made = Made(f"b-{self.seed}-{number:07}", [], {})
        made.events.append(act(at, "action_session_start", asker=asker, channel="chat"))
        flag = lot.choice(FLAGS) if lot.random() < 0.12 else None
        urgency = lot.choice(("now", "today")) if flag else ("today" if lot.random() < 0.1 else "none")
        self._said(made, at, self._typed(lot), flag, tree.id)
        questions = list(tree.questions.values())
        lot.shuffle(questions)
        for question in questions[: lot.randint(6, 10)]:
            at += lot.uniform(8, 60)
            self._asked(made, at, tree.id, question.id, question.ask, [a.text for a in question.answers], lot)
        low = lot.choices(range(5), (30, 30, 22, 10, 8))[0]
        high = min(4, low + lot.choices((0, 1, 2), (70, 22, 8))[0])
        cited = lot.sample(self.indicators, lot.randint(1, 4))
        outcome = {
            "at_least": LEVELS[low],
            "at_most": LEVELS[high],
            "indicated": LEVELS[low] if low == high else None,
            "says": "This is where the answers point.",
            "hand_off": "now" if urgency == "now" else lot.choice(("none", "none", "offer", "today")),
            "because": [
                {"q": f"{tree.id}/x", "answer": "Yes", "cites": [f"threshold_guidance.md#{one}"]} for one in cited
            ],
            "trees": [{"tree": tree.id, "version": tree.version, "at_least": LEVELS[low], "at_most": LEVELS[high]}],
        }
        self._outcome(made, at, outcome)
        state = {
            "chosen": [tree.id],
            "red_flags": [{"id": flag, "quotes": [], "label": "stated"}] if flag else [],
            "urgency": urgency,
            "content": self.digest,
        }
        state["every-tree/council-lives"] = lot.choice(COUNCILS)
        if lot.random() < 0.7:
            state["every-tree/own-view"] = lot.choice(tuple(_own_views()))
        made.events += [
            {"event": "slot", "name": name, "value": value, "timestamp": at} for name, value in state.items()
        ]
        if outcome["hand_off"] in ("today", "now"):
            self._handed(made, at, lot, flag, low)
        made.row = rows.fold(_NoAudits(), made.stream, made.events) or {}
        made.messages = sum(event["event"] in ("user", "bot", "agent") for event in made.events)
        return made

    def _typed(self, lot: random.Random) -> str:
        parts = [f"{lot.choice(PLACES).capitalize()} I saw {lot.choice(SAW)}", f"{lot.choice(WHO)} {lot.choice(SAID)}"]
        if lot.random() < 0.5:
            parts.append(f"also {lot.choice(SAW)}, {lot.randint(1, 30)} {lot.choice(('days', 'weeks'))} ago")
        return ". ".join(parts) + ". " + lot.choice(ENDS)

    def _said(self, made: Made, at: float, text: str, flag: str | None, tree: str) -> None:
        understood = {"concerns": [{"tree": tree, "quotes": [text[:20]]}], "red_flags": [flag] if flag else []}
        made.events.append(
            {
                "event": "user",
                "text": text,
                "timestamp": at,
                "message_id": None,
                "input_channel": "chat",
                "metadata": {"content": self.digest, "understood": understood, "masked": []},
            }
        )
        made.events.append({"event": "slot", "name": "concerns", "value": understood["concerns"], "timestamp": at})

    def _asked(
        self, made: Made, at: float, tree: str, id: str, ask: str, answers: list[str], lot: random.Random
    ) -> None:
        key = f"{tree}/{id}"
        buttons = [{"title": a, "payload": "/answer" + json.dumps({"q": key, "a": a})} for a in answers]
        custom = {"status": "with-assistant", "tree": tree, "question": key, "urgency": "none", "outcome": None}
        made.events.append(
            {
                "event": "bot",
                "text": ask,
                "timestamp": at,
                "data": {"buttons": buttons, "custom": custom},
                "metadata": {},
            }
        )
        pressed = lot.choice(buttons)
        made.events.append(
            {"event": "user", "text": pressed["payload"], "timestamp": at + 5, "metadata": {"content": self.digest}}
        )
        made.events.append({"event": "slot", "name": key, "value": pressed["title"], "timestamp": at + 5})

    def _outcome(self, made: Made, at: float, outcome: dict[str, Any]) -> None:
        made.events.append({"event": "slot", "name": "outcome", "value": outcome, "timestamp": at})
        made.events.append(act(at, "outcome-given", at_least=outcome["at_least"], at_most=outcome["at_most"]))
        text = f"{outcome['says']} {outcome['at_least']} to {outcome['at_most']}."
        made.events.append(
            {"event": "bot", "text": text, "timestamp": at, "data": {"custom": {"outcome": outcome}}, "metadata": {}}
        )

    def _handed(self, made: Made, at: float, lot: random.Random, flag: str | None, low: int) -> None:
        who = lot.choice(("specialist", "colleague"))
        rule = f"flag:{flag}" if flag else lot.choice(("wide-range", "not-sure", "asked-for-person", "undecided"))
        made.events.append(act(at, "handed-off", rule=rule, urgency="today", quotes=[]))
        later = at + lot.expovariate(1 / 900)
        made.events.append(act(later, "claimed", person=who, name="A specialist"))
        made.events.append(
            {
                "event": "agent",
                "text": lot.choice(ADVICE),
                "timestamp": later + 60,
                "metadata": {"person": who, "name": "A specialist"},
            }
        )
        if lot.random() < 0.5:
            level = LEVELS[max(0, min(4, low + lot.choice((-1, 0, 0, 0, 1))))]
            made.events.append(act(later + 90, "level-indicated", level=level, person=who))
        made.events.append(act(later + 300, "closed", person=who, note=lot.choice(ADVICE)))


class _NoAudits:
    """Stands for a store in which nothing has been audited yet."""

    def read(self, stream: str) -> list[Any]:
        """Nothing."""
        return []


def _own_views() -> Iterator[str]:
    from bot.own_view import NAMED

    yield from NAMED


def act(at: float, act: str, /, **metadata: Any) -> dict[str, Any]:
    return {"event": "action", "name": act, "timestamp": at, "metadata": metadata}
