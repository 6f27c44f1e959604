"""Reads knowledge/: what may be said, with an anchor for every passage, and whom to ring.

Everything is read once into one frozen `Guidance`, or not at all: whatever is wrong is listed together, each
with its file and line, because a page that cites a passage nobody can find is worse than no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.address_book import Found, read_contacts, read_organisations
from bot.contacts import COUNCILS, ORGANISATION, Contact, Organisation
from bot.known import Guidance, check_is_due, checks_due, review_due, with_checks
from bot.passages import Document, Passage, read_document
from bot.plain_yaml import did_you_mean

__all__ = [
    "Guidance", "GuidanceError", "check_is_due", "checks_due", "load", "read", "review_due", "with_checks",
]

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
CONTACTS, ORGANISATIONS = "contacts.yaml", "organisations.yaml"
COUNCIL_QUESTIONS = frozenset({"council-now", "council-lives"})
# Routes the code itself turns to, and the short sentences it puts beside a contact.
NEEDED_ROUTES = (
    "emergency", "police-101", "council-protection", "professional-consultation", "allocated-worker",
    "safeguarding-lead",
)
NEEDED_WORDS = (
    "unchecked", "old", "secondary", "missing", "hidden", "conflict", "checked", "recheck", "hours_unknown",
    "closing", "closed", "line_closed", "line_closed_calm", "line_closing", "line_unsure", "no_line", "home_council",
    "after_hours", "after_hours_calm", "council_unknown", "today", "open_now", "always_open", "opens",
)


class GuidanceError(Exception):
    """knowledge/ cannot be trusted; lists everything wrong with it, not only the first."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def load(folder: Path | None = None) -> Guidance:
    """The guidance in a folder, knowledge/ unless told otherwise."""
    folder = folder or KNOWLEDGE
    files = sorted([*folder.glob("*.md"), *(folder / name for name in (CONTACTS, ORGANISATIONS))])
    return read({path.name: path.read_text(encoding="utf-8") for path in files if path.is_file()})


def read(texts: Mapping[str, str]) -> Guidance:
    """The guidance in texts by file name; raises `GuidanceError` with every fault."""
    faults: list[str] = []
    documents: dict[str, Document] = {}
    passages: dict[str, Passage] = {}
    for file, text in texts.items():
        if not file.endswith(".md"):
            continue
        document, found = read_document(file, text, faults)
        documents[document.id] = document
        for passage in found:
            if first := passages.get(passage.anchor):
                where = f"{file}:{passage.at.line}"
                faults.append(f"{where}: anchor '{passage.anchor}' already stands at line {first.at.line}.")
            passages.setdefault(passage.anchor, passage)
    book = Found()
    for name, reader in ((CONTACTS, read_contacts), (ORGANISATIONS, read_organisations)):
        if name in texts:
            reader(name, texts[name], book, faults)
        else:
            faults.append(f"{name}:1: {name} is missing.")
    faults += _links(documents, passages)
    faults += _contacts(book, passages)
    faults += _routes(book)
    if faults:
        raise GuidanceError(faults)
    return Guidance(
        documents=documents, passages=passages, contacts=book.contacts, hours=book.hours, routes=book.routes,
        organisations=book.organisations, words=book.words, recheck_after_days=book.recheck_after_days,
    )


def _links(documents: Mapping[str, Document], passages: Mapping[str, Passage]) -> Iterable[str]:
    """Links to a document or an anchor that does not exist."""
    files = {document.file for document in documents.values()}
    for document in documents.values():
        for link, line in document.links:
            file, hash_, _ = link.partition("#")
            if not file.endswith(".md") or "/" in file:
                continue
            if file not in files:
                yield f"{document.file}:{line}: there is no document '{file}'.{did_you_mean(file, files)}"
            elif hash_ and link not in passages:
                yield f"{document.file}:{line}: there is no anchor '{link}'.{did_you_mean(link, passages)}"
    for passage in passages.values():
        for anchor in passage.same_theme:
            if anchor not in passages:
                yield f"{passage.at.file}:{passage.at.line}: same theme '{anchor}' is not an anchor."


def _contacts(book: Found, passages: Mapping[str, Passage]) -> Iterable[str]:
    """Hours, sources and contacts that are named and do not exist; values kept back that stand in the open."""
    people: list[Contact | Organisation] = [*book.contacts.values(), *book.organisations.values()]
    for one in people:
        where = f"{one.at.file}:{one.at.line}"
        if one.hours and one.hours not in book.hours:
            yield f"{where}: there are no hours '{one.hours}'.{did_you_mean(one.hours, book.hours)}"
        for source in one.sources:
            if f"sources.md#{source}" not in passages:
                yield f"{where}: there is no source '{source}' in sources.md."
        for value in _kept_back(book):
            if any(value in words for words in _readable_words(one)):
                yield f"{where}: '{value}' is for authors only and stands in words that others can read."
    for organisation in book.organisations.values():
        for name in filter(None, (organisation.advice_line, *organisation.rings)):
            if name not in book.contacts:
                yield _no_contact(organisation.at.file, organisation.at.line, name, book)
    yield from (f"{CONTACTS}:1: words has no '{word}'." for word in NEEDED_WORDS if not book.words.get(word))
    unused = (word for word in book.words if word not in NEEDED_WORDS)
    yield from (f"{CONTACTS}:1: '{word}' is not a word the pages use." for word in unused)


def _kept_back(book: Found) -> set[str]:
    """Every value that nobody but authors may see."""
    hidden = [contact for contact in book.contacts.values() if contact.authors_only]
    single = {contact.value for contact in hidden if contact.value}
    return single | {candidate.value for contact in hidden for candidate in contact.conflicting}


def _readable_words(one: Contact | Organisation) -> tuple[str, ...]:
    more = (one.says, one.instead) if isinstance(one, Contact) else (one.answer,)
    return (one.name, one.note, *more)


def _routes(book: Found) -> Iterable[str]:
    """Routes that are missing, lead to nobody, or leave out an answer of the council questions."""
    yield from (f"{CONTACTS}:1: routes has no '{key}'." for key in NEEDED_ROUTES if key not in book.routes)
    for route in book.routes.values():
        where, answers = f"{route.at.file}:{route.at.line}", route.answers.values()
        named = [*route.contacts, *(name for choice in answers for name in (*choice.open, *choice.closed))]
        for name in named:
            if name not in book.contacts:
                yield _no_contact(route.at.file, route.at.line, name, book)
        for other in filter(None, (route.when_closed, route.when_today)):
            for why in _no_turn(other, book):
                yield f"{where}: route '{route.key}' turns to '{other}', {why}"
        if route.by == (ORGANISATION,):
            continue
        if COUNCIL_QUESTIONS & set(route.by) and set(route.answers) != set(COUNCILS):
            yield f"{where}: route '{route.key}' needs the answers {', '.join(COUNCILS)}, and no other."
        if bool(route.by) != bool(route.answers):
            yield f"{where}: route '{route.key}' needs 'by' and 'answers' together."


def _no_turn(other: str, book: Found) -> Iterable[str]:
    """Why one route cannot turn to another."""
    if other not in book.routes:
        yield f"which is no route.{did_you_mean(other, book.routes)}"
    elif book.routes[other].when_closed or book.routes[other].when_today:
        yield "which turns elsewhere again."


def _no_contact(file: str, line: int, name: str, book: Found) -> str:
    return f"{file}:{line}: there is no contact '{name}'.{did_you_mean(name, book.contacts)}"
