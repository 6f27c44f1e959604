"""The guidance: everything in knowledge/ can be found, is traced, and keeps back what is for authors only."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot import guidance as reading
from bot.contacts import COUNCILS, Check
from bot.guidance import Guidance, GuidanceError
from bot.model import COMMON
from bot.passages import Passage, read_document, readable

ROOT = Path(__file__).resolve().parent.parent
MINE = ("pathways", "early_help", "concerns", "advice_line")
KEPT_FROM_PRACTITIONERS = ("01332 786968", "01629 533190", "01629 532600", "0808 2000 247")
CITED = (
    "pathways.md#which-council", "pathways.md#consent", "pathways.md#consent-refused", "pathways.md#ppn",
    "pathways.md#disagreement", "pathways.md#lado", "pathways.md#timescales", "pathways.md#sharing",
    "concerns.md#general-rules", "advice_line.md#the-advice-lines", "advice_line.md#record",
    "early_help.md#what-it-is", "early_help.md#eligibility", "early_help.md#when-not", "early_help.md#eha",
    "early_help.md#taf", "early_help.md#universal-plus", "early_help.md#gp", "early_help.md#refused",
    "early_help.md#derby", "early_help.md#derbyshire",
)


@pytest.fixture(scope="module")
def guidance() -> Guidance:
    return reading.load()


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    folder = ROOT / "knowledge"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def common_answers(question: str) -> list[str]:
    tree = YAML(typ="safe", pure=True).load((ROOT / "decision_trees" / "_every_tree.yaml").read_text())
    return [row["answer"] for row in tree["questions"][question]["answers"]]


def changed(texts: dict[str, str], file: str, old: str, new: str) -> dict[str, str]:
    assert old in texts[file], old
    return {**texts, file: texts[file].replace(old, new, 1)}


def faults(texts: dict[str, str]) -> str:
    with pytest.raises(GuidanceError) as error:
        reading.read(texts)
    return str(error.value)


# What must be there


@pytest.mark.parametrize("anchor", [*CITED, *(f"concerns.md#C{n:02}" for n in range(1, 29)),
                                    *(f"advice_line.md#criterion-{n}" for n in range(1, 21))])
def test_every_anchor_that_trees_and_audits_cite_exists_and_says_something(guidance: Guidance, anchor: str):
    passage = guidance.passages[anchor]
    assert passage.text
    assert passage.title
    assert not passage.authors_only


def test_each_concern_has_its_red_flags_what_is_missing_and_what_lowers_kept_for_authors(guidance: Guidance):
    for n in range(1, 29):
        passage = guidance.passages[f"concerns.md#C{n:02}"]
        assert "### Red flags" in passage.text, passage.anchor
        assert "### Tools and ways" in passage.text, passage.anchor
        assert "### What is missing" in passage.text, passage.anchor
        assert "Authors only: what lowers" in passage.authors_text or n == 27, passage.anchor
        if n not in (25, 26, 27):  # no level; whatever the notice tells of; 999 alone
            assert "### What to ask" in passage.text, passage.anchor
            assert "### What raises it" in passage.text, passage.anchor


def test_practitioners_never_read_what_lowers_a_concern(guidance: Guidance):
    for n in range(1, 29):
        assert "what lowers" not in guidance.passages[f"concerns.md#C{n:02}"].text.lower()
    assert "what lowers." not in readable(guidance.documents["concerns"].markdown).lower()
    assert "what lowers." in readable(guidance.documents["concerns"].markdown, authors=True).lower()


@pytest.mark.parametrize("document", MINE)
@pytest.mark.parametrize("words", [
    *KEPT_FROM_PRACTITIONERS, "0.6", "5.3 per cent", "section 47 automatically", "often innocent", "Perpetrator gone",
    "14 ticks", "sources.md#S57", "within 4 hours", "at least 1", "no concern.",
])
def test_what_is_for_authors_only_never_stands_in_what_practitioners_read(
    guidance: Guidance, document: str, words: str
):
    assert words.lower() not in readable(guidance.documents[document].markdown).lower()
    for anchor, passage in guidance.passages.items():
        if anchor.startswith(f"{document}.md#"):
            assert words.lower() not in passage.text.lower(), anchor


def test_authors_do_read_what_is_theirs(guidance: Guidance):
    bruise = guidance.passages["concerns.md#C01"]
    assert "5.3 per cent" in bruise.authors_text
    assert "S57" not in bruise.sources
    assert "innocent" in readable(guidance.documents["concerns"].markdown, authors=True)


def test_no_telephone_number_stands_in_a_document_where_nobody_would_check_it(guidance: Guidance):
    for name in MINE:
        found = re.findall(r"\b0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}\b", guidance.documents[name].markdown)
        assert found == []


def test_every_document_says_who_owns_it_and_that_nobody_has_approved_it(guidance: Guidance):
    for name in MINE:
        document = guidance.documents[name]
        assert document.owner
        assert document.version >= 1
        assert document.reviewed is None
        assert "No Named professional has approved it" in document.status
    assert {"pathways", "concerns"} <= {d.id for d in reading.review_due(guidance, date(2026, 11, 24))}


def test_a_document_is_due_on_the_day_its_review_falls_and_not_before(guidance: Guidance):
    reviewed = dataclasses.replace(
        guidance.documents["pathways"], reviewed=date(2026, 11, 1), review_by=date(2027, 5, 24)
    )
    assert not reviewed.is_due(date(2027, 5, 23))
    assert reviewed.is_due(date(2027, 5, 24))


def test_six_of_twenty_criteria_are_critical(guidance: Guidance):
    critical = [
        n for n in range(1, 21) if guidance.passages[f"advice_line.md#criterion-{n}"].text.startswith("Critical.")
    ]
    assert critical == [1, 5, 10, 11, 13, 17]


def test_an_indicator_tells_its_level_domain_provenance_and_sources(guidance: Guidance):
    passage = guidance.passages["threshold_guidance.md#L3-PC-01"]
    assert (passage.level, passage.domain, passage.provenance) == ("3", "parenting capacity", "LOC")
    assert passage.sources == ("S3",)
    assert guidance.passages["threshold_guidance.md#level-4-CP"].level == "4-CP"
    assert guidance.passages["threshold_guidance.md#level-4-CIN"].level == "4-CIN"
    assert guidance.document_of(passage.anchor) is guidance.documents["threshold_guidance"]


def test_everything_read_is_frozen(guidance: Guidance):
    for thing, field in ((guidance, "contacts"), (guidance.contacts["police-999"], "value"),
                         (guidance.documents["pathways"], "title"), (guidance.passages["pathways.md#lado"], "text")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, field, None)


# Contacts


def test_every_contact_has_a_source_and_a_status_and_nobody_has_checked_any_yet(guidance: Guidance):
    for contact in guidance.contacts.values():
        assert contact.sources, contact.id
        assert contact.checked_on is None, contact.id
        assert contact.checked_by is None, contact.id
        assert contact.shown or contact.instead or contact.status == "stands", contact.id


def test_only_999_and_101_stand_without_a_check(guidance: Guidance):
    numbers = {c.value for c in guidance.contacts.values() if c.status == "stands" and c.value}
    assert numbers == {"999", "101"}
    assert set(guidance.contacts) - {c.id for c in reading.checks_due(guidance, date(2026, 11, 24))} == {
        "police-999", "police-101", "emergency-department",
    }


def test_no_value_kept_for_authors_is_shown_until_somebody_has_checked_it(guidance: Guidance):
    shown = {c.shown for c in guidance.contacts.values()}
    assert shown.isdisjoint(KEPT_FROM_PRACTITIONERS)
    assert guidance.contacts["derby-out-of-hours"].value == "01332 786968"
    both = [candidate.value for candidate in guidance.contacts["derbyshire-front-door"].conflicting]
    assert both == ["01629 533190", "01629 532600"]


def test_the_routes_know_the_very_answers_of_the_common_questions(guidance: Guidance):
    for question in ("council-lives", "council-now"):
        assert tuple(common_answers(question)) == COUNCILS
        for route in guidance.routes.values():
            if question in route.by:
                assert set(route.answers) == set(COUNCILS), route.key
    assert set(guidance.routes["allocated-worker"].answers) == set(common_answers("open-to-worker"))
    named = {organisation.answer for organisation in guidance.organisations.values()}
    assert named == set(common_answers("who-is-asking")) - {"Not sure"}
    assert COMMON == "every-tree"


def test_an_organisation_without_an_advice_line_has_no_queue_and_says_whom_to_ring(guidance: Guidance):
    for organisation in guidance.organisations.values():
        assert organisation.queue == (organisation.advice_line is not None)
        assert organisation.rings
        if organisation.queue:
            assert guidance.contacts[str(organisation.advice_line)].hours == organisation.hours


def test_a_check_lies_over_the_file_and_brings_the_number_out(guidance: Guidance):
    check = Check("derbyshire-front-door", "01234 567890", date(2026, 11, 24), "Practice author", hours="always")
    after = reading.with_checks(guidance, [check])
    contact = after.contacts["derbyshire-front-door"]
    assert (contact.shown, contact.status, contact.conflicting) == ("01234 567890", "ok", ())
    assert (contact.checked_on, contact.checked_by) == (date(2026, 11, 24), "Practice author")
    assert contact.hours == "always"
    assert guidance.contacts["derbyshire-front-door"].shown is None


def test_a_check_that_finds_a_line_gone_takes_its_number_away(guidance: Guidance):
    check = Check("derby-front-door", None, date(2026, 11, 24), "Practice author")
    contact = reading.with_checks(guidance, [check]).contacts["derby-front-door"]
    assert contact.shown is None
    assert contact.status == "missing"
    assert contact.instead


def test_the_last_check_counts_and_an_unknown_contact_is_passed_over(guidance: Guidance):
    checks = [
        Check("derby-front-door", "1", date(2026, 11, 1), "A"), Check("derby-front-door", "2", date(2026, 11, 2), "B"),
        Check("no-such-line", "3", date(2026, 11, 3), "C"),
    ]
    after = reading.with_checks(guidance, checks)
    assert after.contacts["derby-front-door"].value == "2"
    assert "no-such-line" not in after.contacts


def test_a_check_grows_old_only_where_a_time_for_it_is_agreed(guidance: Guidance):
    check = Check("derby-front-door", "01332 641172", date(2026, 1, 1), "Practice author")
    after = reading.with_checks(guidance, [check])
    contact, later = after.contacts["derby-front-door"], date(2027, 1, 1)
    assert guidance.recheck_after_days is None
    assert not reading.check_is_due(after, contact, later)
    agreed = dataclasses.replace(after, recheck_after_days=90)
    assert not reading.check_is_due(agreed, contact, date(2026, 4, 1))
    assert reading.check_is_due(agreed, contact, date(2026, 4, 2))


# Faults


def test_all_faults_are_listed_together_each_with_file_and_line(texts: dict[str, str]):
    broken = changed(texts, "pathways.md", "owner:", "owned by:")
    broken = changed(broken, "contacts.yaml", "hours: weekdays-8-6\n", "hours: weekdays-8-7\n")
    broken = changed(broken, "organisations.yaml", "rings: [own-safeguarding-lead]", "rings: [own-lead]")
    found = faults(broken).splitlines()
    assert len(found) == 4
    assert all(re.match(r"[a-z_]+\.(md|yaml):\d+: ", line) for line in found)


@pytest.mark.parametrize(("file", "old", "new", "says"), [
    ("contacts.yaml", "    kind: phone\n", "    sort: phone\n", "'sort' is not a key of contact 'police-999'"),
    ("contacts.yaml", "    source: S6\n", "", "contact 'police-999' has no 'source'"),
    ("contacts.yaml", "    source: S6\n", "    source: S999\n", "there is no source 'S999'"),
    ("contacts.yaml", "open: [derby-online, derby-front-door]", "open: [derby-onlin]", "Did you mean 'derby-online'?"),
    ("contacts.yaml", "when_today: council-protection", "when_today: council-protecting", "which is no route"),
    ("contacts.yaml", "Not sure: {open: [derby-online", "Unsure: {open: [derby-online", "needs the answers"),
    ("contacts.yaml", "  emergency: {", "  emergencies: {", "routes has no 'emergency'"),
    ("contacts.yaml", "  closed: Closed now.\n", "", "words has no 'closed'"),
    ("contacts.yaml", 'to: "17:00"', 'to: "08:00"', "need 'from' before 'to'"),
    ("contacts.yaml", "days: [mon, tue,", "days: [mon, tues,", "'tues' is not one of"),
    ("contacts.yaml", "{outside: weekdays-9-5}", "{outside: weekdays-9}", "does not stand above"),
    ("contacts.yaml", "authors_only: true", "authors_only: yes", "authors_only 'yes' is not one of"),
    ("contacts.yaml", "  added: []", "  added: [2027-02-30]", "is not a date"),
    ("contacts.yaml", "    status: conflict", "    status: old", "'conflict' and the list 'conflicting' go together"),
    ("contacts.yaml", "    status: stands\n    source: S6\n    checked_on: null",
     "    status: stands\n    source: S6\n    checked_on: 2026-11-24", "the name of whoever checked it"),
    ("contacts.yaml", "says: In immediate danger ring 999.", "says: Or ring 01332 786968.", "is for authors only"),
    ("contacts.yaml", "contacts:\n", "contacts: [\n", "This is not YAML"),
    ("contacts.yaml", "  prevent:", "  terrorism:", "'terrorism' stands twice"),
    ("organisations.yaml", "hours: always", "hours: evenings", "there are no hours 'evenings'"),
    ("organisations.yaml", "line: dchs-advice-line", "line: dchs-line", "there is no contact 'dchs-line'"),
    ("pathways.md", "version: 1\n", "version: one\n", "is not a whole number"),
    ("pathways.md", "review_by: 2027-05-24", "review_by: soon", "is not a date"),
    ("pathways.md", "status: Draft", "state: Draft", "'state' is not one of"),
    ("pathways.md", "{#consent}", "{#lado}", "already stands at line"),
    ("pathways.md", "concerns.md#C15", "concerns.md#C115", "Did you mean 'concerns.md#C15'?"),
    ("pathways.md", "(advice_line.md#", "(advice_lines.md#", "there is no document 'advice_lines.md'"),
    ("concerns.md", "\nAuthors only: what lowers. As C01.", "Authors only: as C01.", "must begin a paragraph"),
    ("threshold_guidance.md", "Level 3 · parenting capacity · LOC", "Level three · parenting · LOC", "the line under"),
])
def test_a_fault_is_named_with_the_line_and_how_to_mend_it(
    texts: dict[str, str], file: str, old: str, new: str, says: str
):
    found = faults(changed(texts, file, old, new))
    assert says in found
    assert re.search(rf"^{re.escape(file)}:\d+: ", found, re.M)


def test_the_line_of_a_fault_is_the_line_of_the_contact(texts: dict[str, str]):
    found = faults(changed(texts, "contacts.yaml", "hours: weekdays-8-6\n", "hours: no-such\n"))
    line = int(re.search(r"contacts\.yaml:(\d+)", found)[1])  # type: ignore[index]
    assert texts["contacts.yaml"].splitlines()[line - 2].strip() == "derbyshire-consultation:"


def test_without_contacts_there_is_no_guidance(texts: dict[str, str]):
    assert "contacts.yaml is missing" in faults({k: v for k, v in texts.items() if k != "contacts.yaml"})


# Reading a document

PAGE = """title: A page
version: 3
owner: A lead
reviewed: 2026-01-02
review_by: 2027-01-02
status: Draft

# A page

## Seen {#seen}

Everybody reads this ([S3](sources.md#S3)).

Authors only: a reason kept back ([S9](sources.md#S9)):

- with a list

Everybody reads this too.

### Below

And this.

## Kept {#kept}

Authors only: all of it.

More of it.

### Kept as well

And this.

## L3-PC-01 {#L3-PC-01}
Level 3 · parenting capacity · NAT/CMP · sources [S3](sources.md#S3) · authors only

A line for authors.

## L3-PC-02 {#L3-PC-02}
Level not set · unborn baby · CMP · sources [S3](sources.md#S3), [S4](sources.md#S4)
: A line for all.
Same theme: [L3-PC-01](#L3-PC-01), X-02
"""


def page() -> dict[str, Passage]:
    found: list[str] = []
    _, passages = read_document("page.md", PAGE, found)
    assert found == []
    return {passage.anchor.partition("#")[2]: passage for passage in passages}


def test_a_passage_runs_to_the_next_anchor_and_holds_the_lower_headings_between():
    seen = page()["seen"]
    assert seen.text.startswith("Everybody reads this")
    assert seen.text.endswith("### Below\n\nAnd this.")
    assert (seen.at.file, seen.at.line) == ("page.md", 10)


def test_paragraphs_for_authors_their_lists_and_whole_sections_are_parted_from_the_rest():
    seen, kept, line = page()["seen"], page()["kept"], page()["L3-PC-01"]
    assert "kept back" not in seen.text
    assert "with a list" not in seen.text
    assert "with a list" in seen.authors_text
    assert seen.sources == ("S3",)
    assert (kept.authors_only, kept.text) == (True, "")
    assert "More of it" in kept.authors_text
    assert (line.authors_only, line.text, line.authors_text) == (True, "", "A line for authors.")
    shown = readable(PAGE.split("\n\n", 1)[1])
    for hidden in ("kept back", "with a list", "all of it", "More of it", "Kept as well", "A line for authors", "Kept"):
        assert hidden not in shown
    assert shown.count("And this.") == 1
    assert "A line for all." in shown


def test_an_indicator_without_a_level_says_so_and_names_its_theme():
    line = page()["L3-PC-02"]
    assert (line.level, line.domain, line.provenance) == ("not set", "unborn baby", "CMP")
    assert line.rests_on_comparators_alone
    assert line.sources == ("S3", "S4")
    assert line.same_theme == ("page.md#L3-PC-01", "page.md#X-02")
    assert line.text == "A line for all."
