"""The invented conversations of the demo: what is said, which way the answers lean, what specialists do.

A step is its name and its words. Answers name a question of the trees; a question not named is answered by
the leaning (the most serious answer, the middle one, the least serious one, or "Not sure").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CALM = {
    "danger-now": "No",
    "danger-before-ending": "No",
    "council-lives": "Derbyshire",
    "council-now": "Derbyshire",
    "open-to-worker": "No",
    "children": "1 child",
    "who-is-asking": "Derbyshire Community Health Services",
}
CITY = {**CALM, "council-lives": "Derby", "council-now": "Derby"}
SURGERY = {**CITY, "who-is-asking": "A GP practice"}
NUMBER = "01632 960017"  # of the numbers set aside for drama: it rings nowhere


@dataclass(frozen=True, slots=True)
class Past:
    """One invented conversation: the tree it belongs to, who began it, when (UTC), how, and its steps."""

    sender: str
    tree: str  # chosen where the words alone do not lead there
    person: str
    at: str
    steps: tuple[tuple[Any, ...], ...]
    channel: str = "chat"


PAST = (
    Past(
        "demo-01",
        "injury-not-mobile",
        "practitioner",
        "2026-10-05T09:20",
        (
            ("says", "Ten week old baby with a small bruise on the cheek. Mum says he rolled on to a toy."),
            ("answers", "most", {**CITY, "childs-age": "Under 6 months", "mobility": "No, not mobile"}),
            ("asks_for_a_person",),
            ("leaves_number", NUMBER),
            ("claims", "specialist"),
            (
                "writes",
                "specialist",
                "I have read all of it. Have you rung the duty line yet, and who is with the baby now?",
            ),
            (
                "says",
                "Yes, rung ten minutes ago. Both parents are at the surgery with him.",
            ),
            (
                "writes",
                "specialist",
                "Good. Write mum's account down as her account. Ask the duty worker for their name.",
            ),
            (
                "closes",
                "specialist",
                "Examination today arranged by the duty team. Referral in writing to follow. Caller agrees.",
            ),
        ),
    ),
    Past(
        "demo-02",
        "neglect",
        "practitioner",
        "2026-10-08T14:05",
        (
            (
                "says",
                "The house is cold and dirty and there is often no food in. Two children at primary school.",
            ),
            ("answers", "middle", {**CALM, "children": "2 children", "childs-age": "5 to 11 years"}),
        ),
    ),
    Past(
        "demo-03",
        "early-help",
        "gp",
        "2026-10-13T12:40",
        (
            (
                "says",
                "Can this family have Early Help? Parents are worn out, two young children, money is short.",
            ),
            ("answers", "least", {**SURGERY, "children": "2 children", "family-agrees": "Agreed"}),
            ("differs", "2", "pattern", "The same worries came up last winter and passed only for a while."),
        ),
    ),
    Past(
        "demo-04",
        "police-notification",
        "practitioner",
        "2026-10-15T10:10",
        (
            (
                "says",
                "A police notification came: shouting and a broken door at home, two children upstairs.",
            ),
            ("answers", "unsure", {**CALM, "children": "2 children"}),
            ("asks_for_a_person",),
            ("claims", "colleague"),
            (
                "writes",
                "colleague",
                "A notice never proves that a referral was made. Please find out who else lives there.",
            ),
            ("says", "There is a baby too. She is not on the notice."),
            (
                "writes",
                "colleague",
                "Then she belongs on it. I hand you back to the questions now: count her in.",
            ),
            ("hands_back", "colleague"),
            ("answers", "middle", CALM),
        ),
    ),
    Past(
        "demo-05",
        "parental-mental-health",
        "practitioner",
        "2026-10-20T11:30",
        (
            ("says", "Mum of a six week old is low, not sleeping, and says she is no good for the baby."),
            ("answers", "unsure", {**CITY, "childs-age": "Under 6 months", "mobility": "No, not mobile"}),
            ("asks_for_a_person",),
            ("claims", "specialist"),
            (
                "writes",
                "specialist",
                "Two things today: her own urgent assessment, and who keeps the baby safe until then.",
            ),
            (
                "closes",
                "specialist",
                "Perinatal team to be rung by the caller now; a grandmother stays. Duty line told.",
            ),
        ),
    ),
    Past(
        "demo-06",
        "was-not-brought",
        "practitioner",
        "2026-10-22T15:15",
        (
            ("says", "Child of three was not brought to the last two appointments. They have been rebooked."),
            ("answers", "least", {**CALM, "childs-age": "2 to 4 years"}),
        ),
    ),
    Past(
        "demo-07",
        "self-harm",
        "gp",
        "2026-10-27T08:50",
        (
            (
                "says",
                "A fifteen year old took tablets last night and told her friend. She is in the waiting room.",
            ),
            ("answers", "most", {**SURGERY, "childs-age": "12 to 15 years"}),
        ),
    ),
    Past(
        "demo-08",
        "no-access",
        "practitioner",
        "2026-10-29T13:25",
        (
            (
                "says",
                "Nobody opened the door at four visits and the phone is off. Toddler last seen in August.",
            ),
            ("answers", "unsure", {**CALM, "childs-age": "2 to 4 years"}),
        ),
    ),
    Past(
        "demo-09",
        "domestic-abuse",
        "practitioner",
        "2026-11-03T09:45",
        (
            (
                "says",
                "No bruises, and he has never hit her, but she is frightened of him and he checks her phone.",
            ),
            ("answers", "middle", {**CITY, "children": "2 children"}),
        ),
    ),
    Past(
        "demo-10",
        "child-exploitation",
        "practitioner",
        "2026-11-05T10:30",
        (
            ("says", "A fourteen year old comes home with new phones and money and stays out overnight."),
            ("answers", "most", {**CITY, "childs-age": "12 to 15 years", "danger-now": "Not sure"}),
            ("asks_for_a_person",),
            ("claims", "colleague"),
            ("passes_on", "colleague", "My shift ends. School has not been spoken to yet."),
            ("claims", "specialist"),
            (
                "writes",
                "specialist",
                "Is he at home now? If nobody knows where he is, that is a call to the police first.",
            ),
            ("says", "He came back this morning and is asleep upstairs."),
            (
                "closes",
                "specialist",
                "Referral today by the caller. School and police to be asked what they know.",
            ),
        ),
    ),
    Past(
        "demo-11",
        "adult-only",
        "practitioner",
        "2026-11-10T16:00",
        (
            (
                "says",
                "An adult I visit drinks heavily and has stopped eating. I have seen no children there.",
            ),
            ("answers", "unsure", CALM),
        ),
    ),
    Past(
        "demo-12",
        "young-carer",
        "specialist",
        "2026-11-12T11:05",
        (
            (
                "says",
                "Caller on the phone: school nurse, child of nine looks after her mother and misses school.",
            ),
            ("answers", "middle", {**CALM, "childs-age": "5 to 11 years"}),
            (
                "closes",
                "specialist",
                "Young carer's assessment talked through. Caller asks the family first.",
            ),
        ),
        "phone",
    ),
)

# One that waits now, so that the queue is not empty: it is played as if it began a little while ago.
PRESENT = (
    Past(
        "demo-13",
        "parental-substance-misuse",
        "practitioner",
        "",
        (
            ("says", "Dad drinks every evening while he looks after the eight week old. Mum works nights."),
            ("answers", "unsure", {**CITY, "danger-now": "No", "childs-age": "Under 6 months"}),
            ("asks_for_a_person",),
            ("leaves_number", NUMBER),
        ),
    ),
)
