"""Ten hand-offs, played by people at browsers of their own, and the record that is left of each.

A practitioner, a specialist and a colleague sit at one server. What one does the others see without reloading. In the
end each record is read whole: in order, and everything that was said in it once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.life_cycle import faults
from conftest import EVENING, WEEKDAY
from serving import served
from test_browser import SUMMARY_IS_ALREADY_ON_THE_PAGE, answer_all, begin, choose, complained, has_focus, press

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

    from logs.store import Store

PEOPLE = ("practitioner", "specialist", "colleague")
BRUISE = "a bruise on the cheek of a four month old baby, mum says he rolled off the sofa"
DANGER = "He has a knife and says he will kill her now, the children are in the room."
pytestmark = pytest.mark.timeout(300)  # a browser on a busy machine takes its time


@dataclass
class Line:
    """The people of the advice line, each at a browser, and what they look at."""

    app: Flask
    pages: dict[str, Page]
    clock: dict[str, datetime]
    complaints: list[str] = field(default_factory=list)

    @property
    def asks(self) -> Page:
        """The practitioner's page."""
        return self.pages["practitioner"]

    @property
    def specialist(self) -> Page:
        """The specialist's page."""
        return self.pages["specialist"]

    @property
    def colleague(self) -> Page:
        """The colleague's page."""
        return self.pages["colleague"]

    @property
    def store(self) -> Store:
        """The record itself."""
        from web.record import store_of

        return store_of(self.app)

    def asks_for_a_person(self) -> str:
        """The practitioner asks for a person and nothing else; the conversation's id."""
        self.asks.goto("/chat")
        press(self.asks, "ask for a person")
        self.asks.get_by_text("Waiting for a specialist.").first.wait_for()
        return sender_of(self.asks)

    def takes(self, sender: str, who: str = "specialist") -> Page:
        """A specialist takes a conversation from its page."""
        page = self.pages[who]
        page.goto(f"/advice-line/{sender}")
        press(page, "Take this conversation")
        return page

    def writes(self, page: Page, words: str) -> None:
        """A specialist answers."""
        page.get_by_label("Your answer").fill(words)
        press(page, "Send")

    def says(self, words: str) -> None:
        """The practitioner writes to the specialist."""
        self.asks.get_by_label("Write to the specialist").fill(words)
        press(self.asks, "Send")

    def closes(self, page: Page, note: str) -> None:
        """A specialist ends the conversation, and the practitioner's page says so by itself."""
        page.get_by_label("What was advised and agreed").fill(note)
        press(page, "Close the conversation")
        shows(page, "The conversation is closed.")
        self.asks.locator("h1", has_text="closed").wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)

    def record(self, sender: str) -> list[dict]:
        """The events of a conversation, checked against the table of its life and against tampering."""
        events = [row.event for row in self.store.read(sender)]
        assert faults(events) == []
        assert self.store.verify(sender) == []
        return events


@pytest.fixture(scope="module")
def line(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The advice line on a Tuesday morning."""
    clock = {"now": WEEKDAY}
    with served(tmp_path_factory.mktemp("ten"), CLOCK=lambda: clock["now"]) as (app, address):
        line = Line(app, {}, clock)
        for name in PEOPLE:
            page = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address).new_page()
            page.on("console", lambda said: complained(said) and line.complaints.append(said.text))
            page.on("pageerror", lambda fault: line.complaints.append(str(fault)))
            sign_in(page, name)
            line.pages[name] = page
        yield line
        for page in line.pages.values():
            page.context.close()
        assert line.complaints == []


@pytest.fixture(autouse=True)
def _morning(line: Line) -> Iterator[None]:
    """Each hand-off leaves nobody waiting for the next one."""
    line.clock["now"] += timedelta(minutes=1)
    yield
    line.colleague.goto("/advice-line")
    assert line.store.queue() == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.locator(f"input[value={name}]").check()
    press(page, "Sign in")


def sender_of(page: Page) -> str:
    return page.url.partition("#")[0].rpartition("/")[2]


def shows(page: Page, words: str) -> None:
    """The page shows it, at once or by itself."""
    page.get_by_text(words).first.wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)


def words_of(page: Page, part: str) -> str:
    """What a part of a page says, folded or not, spaces joined."""
    return re.sub(r"\s+", " ", page.locator(part).last.text_content() or "")


def in_order(text: str, *parts: str) -> None:
    """Each part stands in the text, after the one before it."""
    place = 0
    for part in parts:
        found = text.find(part, place)
        assert found >= 0, f"“{part}” is missing, or stands too early, in: {text}"
        place = found + len(part)


def reads_well(
    line: Line, sender: str, said: tuple[str, ...], note: tuple[str, ...], who: str = "practitioner"
) -> None:
    """The transcript and the plain-text note, read by whoever they belong to: in order, and everything said once."""
    events = line.record(sender)
    page = line.pages[who]
    page.goto(f"/chat/{sender}" if who == "practitioner" else f"/advice-line/{sender}")
    transcript = words_of(page, ".turns")
    in_order(transcript, *said)
    spoken = [e["text"] for e in events if e["event"] in ("user", "agent") and not e["text"].startswith("/")]
    for words in spoken:  # what was heard in them may be quoted beside them; that is no second time
        turns = page.locator(".turns").last.locator(".turn--practitioner, .turn--specialist").filter(has_text=words)
        assert turns.count() == 1, f"“{words}” stands {turns.count()} times"
    page.goto(f"/record/{sender}")
    written = page.get_by_label("The note").input_value()
    assert written.startswith("SAFEGUARDING ADVICE NOTE")
    assert sender in written
    in_order(re.sub(r"\s+", " ", written), *note)
    for event in events:
        if event["event"] == "agent":
            assert written.count(event["text"]) == 1


def test_1_somebody_asks_for_a_person_and_is_answered(line: Line) -> None:
    line.specialist.goto("/advice-line")
    shows(line.specialist, "Nobody is waiting.")
    sender = line.asks_for_a_person()
    line.specialist.get_by_role("button", name="Take it").wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
    assert line.specialist.title().startswith("(1)"), "the title counts who waits"
    with line.specialist.expect_navigation():
        line.specialist.get_by_role("button", name="Take it").click()
    shows(line.asks, "Practice specialist took the conversation")
    line.writes(line.specialist, "What have you seen yourself?")
    shows(line.asks, "What have you seen yourself?")
    line.says("The kitchen has had no food in it for two visits.")
    shows(line.specialist, "no food in it for two visits.")
    line.specialist.get_by_text("Seen", exact=True).first.wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
    line.closes(line.specialist, "An early help assessment with the family.")
    shows(line.asks, "An early help assessment with the family.")
    reads_well(
        line,
        sender,
        (
            "I would like to speak with a specialist.",
            "Handed to a specialist",
            "Practice specialist took the conversation",
            "What have you seen yourself?",
            "The kitchen has had no food in it for two visits.",
            "Conversation closed: An early help assessment with the family.",
        ),
        (
            "Why a specialist was brought in",
            "2. The specialist's advice",
            "Practice specialist: What have you seen yourself?",
            "Practice specialist: on closing: An early help assessment with the family.",
            "3. The practitioner's decision",
            "Nothing written yet",
        ),
    )


def test_2_a_red_flag_puts_the_phone_before_the_queue(line: Line) -> None:
    page = line.asks
    page.goto("/chat")
    begin(page, BRUISE)
    answer_all(page)
    sender = sender_of(page)
    assert "level 4" in page.locator(".band__words").first.inner_text().lower()
    first, queue = page.locator(".first").bounding_box(), page.locator("#standing").bounding_box()
    assert first and queue and first["y"] < queue["y"], "a queue never stands before a phone call"
    assert page.locator(".first .call").count() >= 1
    page.get_by_label("What number can you be rung back on?").fill("01632 960017")
    press(page, "Save number")
    line.specialist.goto("/advice-line")
    assert "row--today" in (line.specialist.locator(".row").first.get_attribute("class") or "")
    specialist = line.takes(sender)
    assert "rolled off the sofa" in words_of(specialist, "#said")
    line.writes(specialist, "Have you rung the council? He has to be examined today.")
    shows(page, "He has to be examined today.")
    line.says("Rung at ten. They took it, and the paediatrician is told.")
    shows(specialist, "Rung at ten.")
    specialist.locator("#sign summary").click()
    specialist.get_by_label("Why this is your advice").fill("He cannot roll yet, and the account changed.")
    specialist.get_by_label("What else was considered").fill("A fall; it does not fit his age.")
    specialist.get_by_label("The level, in your judgement").select_option("4-CP")
    for part, words in (("Action", "Examination"), ("Who", "Paediatrician"), ("By when", "today")):
        specialist.get_by_label(f"{part} 1").fill(words)
    press(specialist, "Sign the advice")
    line.closes(specialist, "The council has it; examination today.")
    page.goto(f"/record/{sender}")
    page.get_by_label("What I decided, and what I do next").fill("I stay until the social worker is here.")
    page.get_by_label("I agree with the advice").check()
    press(page, "Sign my decision")
    page.locator(".entry details summary").last.click()
    page.get_by_label("What is right").last.fill("I stay until half past four.")
    press(page, "Add the correction")
    reads_well(
        line,
        sender,
        (
            BRUISE,
            "Outcome given",
            "A number to ring back was given: 01632 960017",
            "Practice specialist took the conversation",
            "He has to be examined today.",
            "Rung at ten.",
            "Practice specialist signed the advice: He cannot roll yet, and the account changed.",
            "Conversation closed: The council has it; examination today.",
            "wrote down what they decided: I stay until the social worker is here.",
            "corrected what they wrote: I stay until half past four.",
        ),
        (
            BRUISE,
            "Why a specialist was brought in",
            "1. The tool's guidance",
            "Signed: Threshold Guide, 10 March 2026",
            "2. The specialist's advice",
            "He has to be examined today.",
            "signed this advice: He cannot roll yet, and the account changed.",
            "Level, in their judgement: 4-CP",
            "What else was considered: A fall; it does not fit his age.",
            "Examination (who: Paediatrician; by when: today)",
            "on closing: The council has it; examination today.",
            "3. The practitioner's decision",
            "Practice health visitor: I stay until the social worker is here. Agrees with the advice",
            "CORRECTION, 10 March 2026",
            "I stay until half past four.",
        ),
    )


def test_3_out_of_hours_the_route_stands_first_and_the_morning_takes_it_up(line: Line) -> None:
    line.clock["now"] = EVENING
    line.asks.goto("/chat")
    shows(line.asks, "The advice line is closed now")
    sender = line.asks_for_a_person()
    shut, box = line.asks.locator(".line-now").bounding_box(), line.asks.get_by_label("Write to").bounding_box()
    assert shut and box and shut["y"] < box["y"], "the route for right now stands before anyone types"
    ring = line.asks.locator("main a[href='tel:999']").first.bounding_box()
    assert ring and ring["y"] < box["y"]
    line.says("Not tonight, but first thing tomorrow please.")
    line.clock["now"] = WEEKDAY + timedelta(days=1)
    specialist = line.takes(sender)
    line.writes(specialist, "Good morning. I am here now.")
    line.asks.goto(f"/chat/{sender}")
    shows(line.asks, "Good morning. I am here now.")
    assert line.asks.locator(".line-now").count() == 0
    line.closes(specialist, "A visit together this week.")
    reads_well(
        line,
        sender,
        (
            "10 Mar, 20:30",
            "Not tonight, but first thing tomorrow please.",
            "11 Mar, 10:30",
            "Practice specialist took the conversation",
            "Good morning. I am here now.",
            "A visit together this week.",
        ),
        ("10 March 2026 20:30", "11 March 2026 10:30, Practice specialist: Good morning. I am here now."),
    )


def test_4_of_two_who_press_at_once_one_has_it_and_the_other_is_told_who(line: Line) -> None:
    sender = line.asks_for_a_person()
    both = [line.specialist, line.colleague]
    for page in both:
        page.goto(f"/advice-line/{sender}")
    for page in both:
        page.evaluate("setTimeout(() => document.querySelector('form[action$=claim]').requestSubmit(), 150)")
    for page in both:
        page.get_by_text(re.compile("You have this conversation now|has this conversation already")).first.wait_for()
    won = [page for page in both if page.get_by_text("You have this conversation now.").count()]
    assert len(won) == 1
    winner, loser = won[0], next(page for page in both if page is not won[0])
    name = "Practice specialist" if winner is line.specialist else "Practice colleague"
    shows(loser, f"{name} has this conversation already")
    assert loser.get_by_label("Your answer").count() == 0
    line.writes(winner, "It is I who has it.")
    shows(loser, "It is I who has it.")
    line.closes(winner, "Nothing more was needed.")
    took = [e["metadata"]["name"] for e in line.record(sender) if e.get("name") == "claimed"]
    assert took == [name]
    reads_well(
        line,
        sender,
        (f"{name} took the conversation", "It is I who has it.", "Nothing more was needed."),
        (f"{name}: It is I who has it.", f"{name}: on closing: Nothing more was needed."),
    )


def test_5_at_the_end_of_a_shift_it_is_passed_on_with_a_note(line: Line) -> None:
    sender = line.asks_for_a_person()
    specialist = line.takes(sender)
    line.writes(specialist, "I look at it with you.")
    line.colleague.goto("/advice-line")
    press(specialist, "Sign out")
    shows(specialist, "You have 1 conversation.")
    specialist.get_by_label("Where it stands, and what is promised").fill(
        "The school is asked; they ring back at noon."
    )
    specialist.get_by_label("For whom it is meant").select_option(label="Practice colleague")
    press(specialist, "Pass everything on")
    shows(line.asks, "Passed back to the queue")
    shows(line.colleague, "passed on for Practice colleague")
    press(specialist, "Sign out")
    sign_in(specialist, "specialist")
    colleague = line.takes(sender, "colleague")
    shows(colleague, "The school is asked; they ring back at noon.")
    line.writes(colleague, "I have it from here.")
    shows(line.asks, "I have it from here.")
    line.closes(colleague, "The school rang back; all is well there.")
    reads_well(
        line,
        sender,
        (
            "Practice specialist took the conversation",
            "I look at it with you.",
            "Passed back to the queue: The school is asked; they ring back at noon.",
            "Practice colleague took the conversation",
            "I have it from here.",
            "Conversation closed: The school rang back; all is well there.",
        ),
        (
            "Practice specialist: I look at it with you.",
            "Practice colleague: I have it from here.",
            "Practice colleague: on closing: The school rang back; all is well there.",
        ),
    )


def test_6_danger_typed_while_waiting_brings_the_notice_and_moves_the_queue(line: Line) -> None:
    line.specialist.goto("/advice-line")
    sender = line.asks_for_a_person()
    line.says(DANGER)
    shows(line.asks, "ring 999 now")
    assert line.asks.locator("#standing .turn--practitioner").filter(has_text=DANGER).count() == 1
    shows(line.specialist, "Danger was typed again since a person was asked for.")
    assert "row--now" in (line.specialist.locator(".row").first.get_attribute("class") or "")
    specialist = line.takes(sender)
    shows(specialist, "Danger was typed since a person was asked for.")
    line.writes(specialist, "Ring 999 and leave the house with them.")
    shows(line.asks, "Ring 999 and leave the house with them.")
    line.closes(specialist, "Police are there.")
    reads_well(
        line,
        sender,
        (
            "Handed to a specialist",
            DANGER,
            "Danger was heard again. The emergency notice was shown",
            "Practice specialist took the conversation",
            "Ring 999 and leave the house with them.",
            "Police are there.",
        ),
        ("Red flag", "2. The specialist's advice", "Ring 999 and leave the house with them.", "Police are there."),
    )


def test_7_danger_typed_to_a_specialist_alerts_them_and_brings_only_the_notice(line: Line) -> None:
    sender = line.asks_for_a_person()
    specialist = line.takes(sender)
    line.asks.goto(f"/chat/{sender}")
    line.says(DANGER)
    shows(line.asks, "ring 999 now")
    assert line.asks.locator("input[name=choice]").count() == 0, "the assistant asks nothing while a person has it"
    shows(specialist, "Danger was typed since a person was asked for.")
    assert specialist.title().startswith("(!)")
    assert specialist.locator("#live-told").text_content() == "Danger was typed in this conversation."
    line.writes(specialist, "999 first. I stay here.")
    shows(line.asks, "999 first. I stay here.")
    line.closes(specialist, "999 was rung; the council knows.")
    reads_well(
        line,
        sender,
        (
            "Practice specialist took the conversation",
            DANGER,
            "Danger was heard again.",
            "999 first. I stay here.",
            "999 was rung; the council knows.",
        ),
        ("Red flag", "Practice specialist: 999 first. I stay here.", "999 was rung; the council knows."),
    )


def test_8_a_phone_call_is_taken_and_signed_with_the_keyboard_alone(line: Line) -> None:
    page = line.specialist
    page.goto("/call")
    has_focus(page, "job")
    page.keyboard.type("School")
    page.keyboard.press("Tab")
    page.keyboard.type("Derbyshire Community")
    page.keyboard.press("Tab")
    page.keyboard.type("01632 960018")
    enter(page)
    has_focus(page, "choice")
    page.keyboard.press("ArrowDown")  # No to danger
    to(page, "note")
    page.keyboard.type("She is in the staff room, the children are in class.")
    to(page, "text")
    page.keyboard.type("The coat is wet every day and he falls asleep at noon.")
    press_by_key(page, "Record and go on")
    sender = sender_of(page)
    shows(page, "the children are in class.")
    to(page, summary="Sign the advice and end the call")
    page.keyboard.press("Enter")
    for name, words in (
        ("rationale", "A pattern over weeks, and nobody has seen the home."),
        ("voice_of_child", "He says that it is cold at night."),
        ("what-1", "Visit the home"),
        ("who-1", "School nurse"),
        ("when-1", "this week"),
        ("decision", "She visits, and rings back after it."),
        ("agrees", "Agrees with"),
    ):
        to(page, name)
        page.keyboard.type(words)
    press_by_key(page, "Sign and end the call")
    shows(page, "The call is in the record.")
    first = line.record(sender)[0]
    assert first["metadata"]["channel"] == "phone"
    reads_well(
        line,
        sender,
        (
            "Conversation started",
            "immediate danger right now? No",
            "She is in the staff room, the children are in class.",
            "The coat is wet every day and he falls asleep at noon.",
            "Practice specialist signed the advice: A pattern over weeks, and nobody has seen the home.",
            "wrote down what they decided: She visits, and rings back after it.",
            "Conversation closed: The call has ended.",
        ),
        (
            "The coat is wet every day and he falls asleep at noon.",
            "Noted during the call",
            "She is in the staff room, the children are in class.",
            "2. The specialist's advice",
            "signed this advice: A pattern over weeks, and nobody has seen the home.",
            "The voice of the child: He says that it is cold at night.",
            "Visit the home (who: School nurse; by when: this week)",
            "3. The practitioner's decision",
            "Caller (school nurse), as told to Practice specialist: She visits, and rings back after it.",
        ),
        who="specialist",
    )


def test_9_a_second_opinion_a_suggested_answer_and_another_level(line: Line) -> None:
    line.colleague.goto("/advice-line")
    sender = line.asks_for_a_person()
    specialist = line.takes(sender)
    specialist.locator("#second-opinion summary").click()
    specialist.get_by_label("What would you like to know?").fill("Would you call this neglect?")
    press(specialist, "Ask")
    shows(line.colleague, "A colleague asks for a second opinion")
    line.colleague.goto(f"/advice-line/{sender}")
    line.colleague.get_by_label("Your opinion").fill("Yes, over time it is.")
    press(line.colleague, "Give my opinion")
    shows(specialist, "Yes, over time it is.")
    fold(specialist, "suggest")
    specialist.get_by_label("The question and the answer").select_option(value="every-tree/danger-now|Not sure")
    specialist.locator("#suggest").get_by_label("Why").fill("You could not say who is home.")
    press(specialist, "Suggest it")
    with line.asks.expect_navigation():
        line.asks.get_by_role("button", name="Yes, it is so").click(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
    fold(specialist, "level")
    specialist.locator("#level-3").check()
    specialist.locator("#level").get_by_label("Why").fill("The pattern over a year.")
    press(specialist, "Indicate this level")
    shows(line.asks, "indicates level 3")
    line.closes(specialist, "Level 3, with the family's agreement.")
    assert "Yes, over time it is." not in line.asks.content(), "an opinion stays between colleagues"
    answered = [e["value"] for e in line.record(sender) if e.get("name") == "every-tree/danger-now"]
    assert answered == ["Not sure"]
    reads_well(
        line,
        sender,
        (
            "Practice specialist asked a colleague for a second opinion",
            "Practice colleague gave a second opinion",
            "Practice specialist suggests an answer",
            "The practitioner confirmed the suggested answer",
            "Practice specialist indicates level 3: The pattern over a year.",
            "Level 3, with the family's agreement.",
        ),
        (
            "Not sure",
            "2. The specialist's advice",
            "Practice colleague: gave a second opinion.",
            "Practice specialist: indicates level 3: The pattern over a year.",
            "Level 3, with the family's agreement.",
        ),
    )


def test_10_handed_back_to_the_questions_it_goes_on_to_an_outcome(line: Line) -> None:
    page = line.asks
    page.goto("/chat")
    begin(page, "police notification after an incident at home, the baby is not on the notice")
    choose(page, "No")
    press(page, "Ask for a specialist")
    sender = sender_of(page)
    specialist = line.takes(sender)
    line.writes(specialist, "Go through the rest of it; that is what the council will ask you.")
    shows(page, "that is what the council will ask you.")
    specialist.locator("summary", has_text="Pass it on instead").click()
    press(specialist, "Hand it back to the questions")
    page.get_by_role("button", name="Go on with the questions").wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
    press(page, "Go on with the questions")
    answer_all(page)
    page.locator("#outcome").wait_for()
    specialist = line.takes(sender)
    line.closes(specialist, "The baby is on the notice now.")
    reads_well(
        line,
        sender,
        (
            "police notification after an incident at home",
            "I would like to speak with a specialist.",
            "Practice specialist took the conversation",
            "that is what the council will ask you.",
            "Handed back to the questions",
            "Handed to a specialist",
            "Outcome given",
            "Practice specialist took the conversation",
            "Conversation closed: The baby is on the notice now.",
        ),
        (
            "Asked and answered",
            "Why a specialist was brought in",
            "1. The tool's guidance",
            "Signed: Threshold Guide",
            "2. The specialist's advice",
            "that is what the council will ask you.",
            "on closing: The baby is on the notice now.",
        ),
    )


def fold(page: Page, part: str) -> None:
    """Open a folded part, where it is not open already."""
    if page.locator(f"#{part}").get_attribute("open") is None:
        page.locator(f"#{part} summary").click()


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def to(page: Page, name: str = "", summary: str = "") -> None:
    """Go on with Tab until a field, or what unfolds a part, has the focus."""
    here: Callable[[], bool] = lambda: page.evaluate(  # noqa: E731
        "([name, words]) => { const e = document.activeElement;"
        " return name ? e.name === name : e.tagName === 'SUMMARY' && e.textContent.trim().startsWith(words) }",
        [name, summary],
    )
    for _ in range(90):
        page.keyboard.press("Tab")
        if here():
            return
    raise AssertionError(f"Tab does not reach {name or summary}")


def press_by_key(page: Page, words: str) -> None:
    """Go on with Tab to a button and press it."""
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            return enter(page)
    raise AssertionError(f"Tab does not reach the button {words}")
