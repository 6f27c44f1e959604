"""The guidance as pages: documents, passages, search; and for authors the decision trees as outlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request

from bot.content import Content
from bot.model import Tree
from web.access import roles, somebody
from web.reading import document_html, passage, search
from web.record import content, now

blueprint = Blueprint("guidance", __name__)
everybody = roles()


def _author() -> bool:
    return somebody().role == "author"


@blueprint.get("/guidance")
@everybody
def documents() -> str:
    """The documents, each with its version, owner and review date."""
    return render_template("guidance.html", documents=_documents(content()), hits=None, words="")


@blueprint.post("/guidance")
@everybody
def find() -> str:
    """Search the guidance. By POST, so that what is typed stands in no address."""
    there, words = content(), request.form.get("words", "").strip()[:200]
    hits = search(there.guidance, words, _author()) if words else []
    return render_template("guidance.html", documents=_documents(there), hits=hits, words=words)


@blueprint.get("/guidance/<document>")
@everybody
def document_page(document: str) -> str:
    """One document, whole."""
    there = content()
    found = there.guidance.documents.get(document) or abort(404)
    parts = [p for p in there.guidance.passages.values() if p.at.file.rpartition("/")[2] == found.file]
    return render_template(
        "document.html",
        document=found,
        html=document_html(found.markdown, _author()),
        due=found.is_due(now().date()),
        contents=[(p.anchor.partition("#")[2], p.title) for p in parts if not p.domain and not p.authors_only],
    )


@blueprint.get("/guidance/<document>/<anchor>")
@everybody
def passage_page(document: str, anchor: str) -> str:
    """One passage: what a citation opens where there is no room beside it."""
    there = content()
    found = passage(there.guidance, f"{document}.md#{anchor}", _author()) or abort(404)
    return render_template("passage.html", passage=found, document=there.guidance.documents[document])


@blueprint.get("/trees")
@roles("author")
def trees() -> str:
    """Every decision tree, approved or not."""
    there = content()
    return render_template("trees.html", trees=sorted(there.trees.values(), key=lambda tree: tree.title))


@blueprint.get("/trees/<tree>")
@roles("author")
def tree_page(tree: str) -> str:
    """One tree as an outline: each question, its answers and where they lead, in the order they are met."""
    there = content()
    found = there.trees.get(tree) or abort(404)
    return render_template("tree.html", tree=found, steps=outline(found, there), outcomes=_outcomes(found, there))


@dataclass(frozen=True, slots=True)
class Step:
    """A question of the outline: its words, answers and what each leads to."""

    name: str
    question: Any
    answers: tuple[tuple[str, str, str], ...]  # answer, name it leads to, words for that


def outline(tree: Tree, there: Content) -> list[Step]:
    """The questions of a tree in the order a journey meets them, nearest first."""
    steps, ahead, seen = [], [tree.start], set()
    while ahead:
        name = ahead.pop(0)
        if name in seen or name not in tree.questions:
            continue
        seen.add(name)
        question = tree.questions[name]
        answers = tuple((a.text, a.next, _leads_to(tree, there, a.next)) for a in question.answers)
        steps.append(Step(name, question, answers))
        ahead = [a.next for a in question.answers] + ahead
    return steps


def _leads_to(tree: Tree, there: Content, name: str) -> str:
    if name in tree.questions:
        return tree.questions[name].ask
    outcome = tree.outcomes.get(name) or there.common.outcomes.get(name)
    return f"Outcome, {_level(outcome.level)}" if outcome else name


def _level(level: str) -> str:
    return level.replace("-", " ") if level in ("undecided", "not-graded") else f"level {level.replace('-', ' ')}"


def _outcomes(tree: Tree, there: Content) -> list[tuple[str, Any, str]]:
    """The outcomes this tree can end in, its own and those common to every tree."""
    named = {a.next for q in tree.questions.values() for a in q.answers}
    found = {**{n: o for n, o in there.common.outcomes.items() if n in named}, **tree.outcomes}
    return [(name, outcome, _level(outcome.level)) for name, outcome in found.items()]


def _documents(there: Content) -> list[tuple[Any, bool]]:
    found = sorted(there.guidance.documents.values(), key=lambda d: d.title)
    return [(document, document.is_due(now().date())) for document in found]
