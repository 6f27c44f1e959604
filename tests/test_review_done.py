"""The review desk from end to end, on a real server, in a browser without scripts.

A reviewer draws a sample and audits ten; a second reviewer rates three of them blind; the figures are those worked out
by hand below; a conversation from before a tree was changed is shown as it was then; an analyst searches the export;
and every reading left a trace.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import quote

import pytest

from logs import export
from logs.sqlite import SqliteStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
OLD, NEW = "Which council does the child live in?", "In which council area is the child's home?"
WORDS = (
    "The house is cold and there is often no food in.",
    "A child of three was not brought to the last two appointments.",
    "There is shouting and a broken door, and the children were upstairs.",
    "They live in a caravan without water and the little one is always tired.",
)
SEED = 7
# How the three conversations that are rated twice are rated, first and then blind. Worked out by hand:
#
# A01  first  met met met        second  met not partly
#      The same 1 of 3, 33 %. By chance 1 x 1/3. Kappa (1/3 - 1/3) / (1 - 1/3) = 0.
#
# A02  first  met partly not     second  met not not
#      The same 2 of 3, 67 %. First: a third each; second: not 2/3, met 1/3. By chance 1/3 x 1/3 + 1/3 x 2/3 = 1/3.
#      Kappa (2/3 - 1/3) / (1 - 1/3) = 0.50.
#      Weighted (not 0, partly 1, met 2): apart 1/3 x 1 = 1/3. By chance met-not 1/3 x 2/3 x 2 = 4/9,
#      partly-met 1/3 x 1/3 x 1 = 1/9, partly-not 1/3 x 2/3 x 1 = 2/9, not-met 1/3 x 1/3 x 2 = 2/9: together 1.
#      1 - (1/3) / 1 = 0.67.
#      Alpha, ordinal: six ratings, not 3, partly 1, met 2. Squared distances not-partly (4 - 2)^2 = 4,
#      partly-met (3 - 1.5)^2 = 2.25, not-met (6 - 2.5)^2 = 12.25. Seen 2 x 4 / 6 = 4/3.
#      By chance 2 x (3x1x4 + 1x2x2.25 + 3x2x12.25) / (6 x 5) = 180 / 30 = 6. 1 - (4/3) / 6 = 0.78.
#
# The level: 4-CP three times; 4-CP 3 4-CP. The same 67 %. By chance 1 x 2/3. Kappa 0.
FIRST = {"A01": ("met", "met", "met"), "A02": ("met", "partly", "not"), "level": ("4-CP", "4-CP", "4-CP")}
SECOND = {"A01": ("met", "not", "partly"), "A02": ("met", "not", "not"), "level": ("4-CP", "3", "4-CP")}
BY_HAND = {
    "Immediate danger checked": ("3", "33 %", "0.00"),
    "Right council": ("3", "67 %", "0.50", "0.67", "0.78"),
    "The level": ("3", "67 %", "0.00"),
}
CRITERIA = [f"A{n:02}" for n in range(1, 21)]
pytestmark = pytest.mark.timeout(600)


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], address: str, environment: dict[str, str]) -> Iterator[None]:
    """A program of its own until the block ends, which answers at this address."""
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while not answers(address):
            assert server.poll() is None and time.monotonic() < until, f"{command[:3]} does not answer"
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


class TestTheReviewDesk:
    def test_from_a_sample_to_figures_an_old_conversation_and_an_export(self, browser: Browser, tmp_path: Path) -> None:
        self.browser, self.folder = browser, tmp_path
        self.database, self.trees = tmp_path / "record.sqlite", tmp_path / "trees"
        shutil.copytree(ROOT / "decision_trees", self.trees)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.environment = {
            "ADVICE_DATABASE": str(self.database),
            "ADVICE_DEMO": "0",
            "TREES_DIR": str(self.trees),
            "PORT": str(port),
        }
        with running([sys.executable, "-m", "web"], f"{self.address}/health", self.environment):
            self.given_twelve_conversations_were_had()
            self.and_a_tree_was_changed_since()
            self.when_a_reviewer_draws_ten_of_which_three_are_rated_twice()
            self.and_audits_all_ten()
            self.and_a_second_reviewer_rates_three_blind()
            self.then_the_figures_are_those_worked_out_by_hand()
            self.and_a_conversation_is_shown_as_it_was_before_the_change()
            self.and_an_analyst_finds_in_the_export_what_was_said()
            self.and_every_reading_left_a_trace()

    def given_twelve_conversations_were_had(self) -> None:
        self.token = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "web", "token", "practitioner"],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()[-1]
        for n in range(12):
            self.says(f"c-{n:02}", WORDS[n % len(WORDS)])
            reply = self.says(f"c-{n:02}", "No")  # to danger
            assert any(OLD in part.get("text", "") for part in reply) or n % len(WORDS) != 0

    def says(self, sender: str, message: str) -> list[dict[str, Any]]:
        body = json.dumps({"sender": sender, "message": message}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.address}/webhooks/rest/webhook", body, headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return list(json.load(answer))

    def and_a_tree_was_changed_since(self) -> None:
        file = self.trees / "_every_tree.yaml"
        text = file.read_text(encoding="utf-8")
        assert text.count(OLD) == 1
        file.write_text(text.replace(OLD, NEW), encoding="utf-8")
        until = time.monotonic() + 60  # the changed text is read while others are answered with the old one
        reply: list[dict[str, Any]] = []
        for n in range(1000):
            self.says(f"new-{n}", WORDS[0])
            reply = self.says(f"new-{n}", "No")
            if any(NEW in part.get("text", "") for part in reply):
                break
            assert time.monotonic() < until, "the changed tree is not taken over"
            time.sleep(0.5)
        self.conversations = 12 + n + 1

    def signed_in(self, name: str) -> Page:
        page = self.browser.new_context(
            java_script_enabled=False, base_url=self.address, accept_downloads=True
        ).new_page()
        page.goto("/sign-in")
        page.locator(f"input[value={name}]").check()
        with page.expect_navigation():  # whole: a page half read has no scripts yet
            page.get_by_role("button", name="Sign in").click()
        return page

    def when_a_reviewer_draws_ten_of_which_three_are_rated_twice(self) -> None:
        page = self.reviewer = self.signed_in("reviewer")
        page.goto("/desk/samples")
        assert "No sample has been drawn yet." in page.content()
        page.get_by_label("Name").fill("Ten of autumn")
        for label, value in (("And of the rest", "100"), ("Rated twice, blind", "30"), ("Seed", str(SEED))):
            page.get_by_label(label).fill(value)
        page.get_by_label("No more than").fill("10")
        page.get_by_role("button", name="Draw it").click()
        self.sample = page.url
        assert (
            f"{self.conversations} conversations" in page.content()
            and "10, of these 3 to be rated twice" in page.content()
        )

    def and_audits_all_ten(self) -> None:
        page, twice = self.reviewer, 0
        self.audited: list[str] = []
        for _ in range(10):
            page.goto(self.sample)
            row = page.locator(".row", has=page.get_by_role("link", name="Audit")).first
            both = "rated twice" in row.inner_text()
            row.get_by_role("link", name="Audit").click()
            self.rate(page, FIRST, twice if both else None)
            twice += both
        page.goto(self.sample)
        assert page.get_by_role("link", name="Audit").count() == 0
        assert page.content().count("a second rating is due") == twice == 3

    def rate(self, page: Page, ratings: dict[str, tuple[str, ...]], place: int | None) -> None:
        """Everything met on the first typed words, but for what is rated twice."""
        self.audited.append(page.url.split("/review/")[1].partition("/")[0])
        entry = page.locator("li.turn--practitioner").first.get_attribute("data-seq")
        for id in CRITERIA:
            value = ratings[id][place] if id in ratings and place is not None else "met"
            page.locator(f"input[name=rating-{id}][value={value}]").check()
            page.locator(f"[name=evidence-{id}]").fill(str(entry))
            page.locator(f"[name=note-{id}]").fill("As it stands there.")
        page.locator("select[name=level]").select_option(ratings["level"][place] if place is not None else "4-CP")
        page.get_by_role("button", name="Record the audit").click()
        assert "The audit is recorded." in page.content(), page.locator(".nhsuk-error-summary").all_inner_texts()

    def and_a_second_reviewer_rates_three_blind(self) -> None:
        page = self.second = self.signed_in("second-reviewer")
        first, self.audited = self.audited, []
        for place in range(3):
            page.goto(self.sample)
            row = page.locator(".row", has=page.get_by_role("link", name="Audit")).first
            assert "The rating is hidden until yours is recorded." in row.inner_text()
            row.get_by_role("link", name="Audit").click()
            assert "Second rating, blind" in page.content() and "Practice reviewer" not in page.content()
            self.rate(page, SECOND, place)
        self.audited, self.rated_twice = first, self.audited
        assert set(self.rated_twice) < set(self.audited) and len(set(self.audited)) == 10
        assert page.get_by_role("link", name="Audit").count() == 0

    def then_the_figures_are_those_worked_out_by_hand(self) -> None:
        page = self.reviewer
        page.goto("/desk/agreement")
        assert "3 conversations rated twice" in page.content()
        for title, figures in BY_HAND.items():
            cells = page.locator("tr", has=page.get_by_role("rowheader", name=title)).locator("td").all_inner_texts()
            assert tuple(cell.split("\n")[0].strip() for cell in cells)[: len(figures)] == figures, title
        to_talk_through = page.locator(".row__title").all_inner_texts()
        assert sum("Right council" in one for one in to_talk_through) == 1
        assert sum("The level" in one for one in to_talk_through) == 1
        page.goto("/desk/audits")
        assert "10 conversations audited." in page.content()

    def and_a_conversation_is_shown_as_it_was_before_the_change(self) -> None:
        page = self.reviewer
        page.goto("/review/c-00")
        if page.get_by_label("A complaint, incident or learning review").count():
            page.get_by_label("A complaint, incident or learning review").check()
            page.get_by_role("button", name="Read it").click()
        assert "Not what is in force today." in page.content()
        page.get_by_role("link", name="As it was then, beside today").click()
        turn = page.locator(".then__turn--differs")
        sides = turn.locator(".then__sides > div").all_inner_texts()
        assert OLD in sides[0] and NEW not in sides[0]
        assert "The texts of then say the same when walked again." in sides[0]
        assert NEW in sides[1] and OLD not in sides[1]

    def and_an_analyst_finds_in_the_export_what_was_said(self) -> None:
        page = self.reviewer
        page.goto("/desk/export")
        page.get_by_label("What it is for").fill("The yearly report")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Take the export").click()
        packed = self.folder / "export.zip"
        taken.value.save_as(packed)
        out = self.folder / "export"
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(out)
        found = export.searchable(out / export.SQLITE, "caravan")
        assert {row["text"] for row in found} >= {WORDS[3]} and len(found) >= 3
        assert "Practice" not in json.dumps(found)
        self.in_datasette(out, len(found))

    def in_datasette(self, folder: Path, expected: int) -> None:
        """The same in a real Datasette, where there is one: `DATASETTE` names it, or it is on the path."""
        program = os.environ.get("DATASETTE") or shutil.which("datasette")
        if not program:
            return
        port = free_port()
        named = [str(folder / export.SQLITE), "--metadata", str(folder / export.METADATA)]
        address = f"http://127.0.0.1:{port}"
        with running([program, "serve", "-i", *named, "--port", str(port)], f"{address}/-/versions.json", {}):
            name = quote(Path(export.SQLITE).stem)
            asked = f"{address}/{name}/messages.json?_search=caravan&_shape=objects&_size=100"
            with urllib.request.urlopen(asked, timeout=30) as answer:
                rows = json.load(answer)["rows"]
            assert len(rows) == expected and all("caravan" in row["text"] for row in rows)
            page = self.browser.new_page()
            page.goto(f"{address}/{name}/messages")
            page.locator("input[name=_search]").fill("caravan")
            page.locator("form.filters input[type=submit]").first.click()
            assert f'{expected} rows where search matches "caravan"' in page.title()
            assert all("caravan" in one for one in page.locator("td.col-text").all_inner_texts())
            page.close()

    def and_every_reading_left_a_trace(self) -> None:
        store = SqliteStore(self.database, "practice")
        try:
            traces = {
                who: [(row.event["name"], row.event["metadata"]["what"]) for row in store.read(f"reads/{who}")]
                for who in ("reviewer", "second-reviewer")
            }
            whys = {row.event["metadata"]["why"] for row in store.read("reads/reviewer")}
            faults = store.verify()
        finally:
            store.close()
        read = [what for name, what in traces["reviewer"] if name == "read"]
        assert read[:10] == self.audited and set(read[10:]) <= {"c-00"}
        assert "c-00" in read
        assert traces["reviewer"][-1][0] == "exported"
        assert traces["second-reviewer"] == [("read", sender) for sender in self.rated_twice]
        assert "Sample for quality: Ten of autumn" in whys and "The yearly report" in whys
        assert faults == []
