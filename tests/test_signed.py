"""The signed blocks of the written note."""

from __future__ import annotations

from typing import Any

from bot import signed
from bot.blocks import blocks

AT = 1773138600.0  # 10 March 2026, 10:30
WHO = {"person": "specialist", "name": "Practice specialist"}


def act(name: str, minutes: int = 0, /, **told: Any) -> dict[str, Any]:
    return {"event": "action", "name": name, "timestamp": AT + 60 * minutes, "metadata": told}


ADVICE = act(
    "advice",
    rationale="Two weeks without food.",
    level="3",
    alternatives="Early help; refused.",
    actions=[{"what": "Ring the council", "who": "Health visitor", "when": "today"}],
    **WHO,
)


def advised(*events: dict[str, Any]) -> str:
    return "\n".join(signed.by_specialists(blocks(enumerate(events, 1))))


def test_advice_stands_with_its_reason_what_else_was_considered_and_who_does_what_by_when() -> None:
    text = advised(ADVICE)
    assert "10 March 2026 10:30, Practice specialist: signed this advice: Two weeks without food." in text
    assert "Level, in their judgement: 3" in text
    assert "What else was considered: Early help; refused." in text
    assert "Ring the council (who: Health visitor; by when: today)" in text
    assert "The voice of the child: Nothing written" in text


def test_a_correction_stands_right_under_what_it_corrects_and_the_first_words_stay() -> None:
    fix = act("corrected", 5, of=1, text="A third week.", **WHO)
    words = {"event": "agent", "text": "Ring now.", "timestamp": AT + 60, "metadata": WHO}
    lines = advised(ADVICE, words, fix).split("\n")
    right = lines.index("  CORRECTION, 10 March 2026 10:35, Practice specialist: A third week.")
    assert right < lines.index("- 10 March 2026 10:31, Practice specialist: Ring now.")
    assert "Two weeks without food." in "".join(lines[:right])


def test_the_words_of_a_second_opinion_are_not_in_the_note() -> None:
    text = advised(act("opinion-given", text="I would call it neglect.", person="colleague", name="Practice colleague"))
    assert "Practice colleague: gave a second opinion" in text
    assert "neglect" not in text


def test_a_decision_says_whether_it_agrees_and_why_and_none_yet_is_said_too() -> None:
    decision = act(
        "decision", agrees="differs", decision="I visit first.", reason="I know them.", person="p", name="HV"
    )
    text = "\n".join(signed.by_the_practitioner(blocks(enumerate([ADVICE, decision], 1))))
    assert "HV: I visit first.\n  Decided otherwise: I know them." in text
    assert "Nothing written yet" in "\n".join(signed.by_the_practitioner(blocks([(1, ADVICE)])))
    assert list(signed.by_the_practitioner(blocks([]))) == []
