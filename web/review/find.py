"""Finding conversations: search, filters, counts and saved views, the last started first.

A list without counts reads one page along an index. Counts are kept for the whole record, and worked out for a
narrowed list only when asked for, two at a time.
"""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for

from bot.content import Content
from logs.search import closest_first
from logs.store import Cursor, Filter
from web import reads
from web.access import somebody
from web.record import content, now, store
from web.review import filters, views
from web.review.listed import listed
from web.review.room import PAGE, blueprint, desk, let_stand, reviewers, stands

MOST_COUNTED = 2


@blueprint.get("")
@reviewers
def conversations() -> str:
    """Logged conversations, the last started first, narrowed by what the address says."""
    there, picked = content(), filters.chosen(request.args)
    words, search = _words(request.args.get("search", ""))
    where, before = filters.where(picked), _cursor(request.args.get("before"))
    link = picked | ({"search": search} if search else {})
    kept = filters.counted(store())
    return render_template(
        "review.html",
        **_page(words, where, before, there),
        picked=picked,
        words=words,
        link=link,
        fields=filters.fields(store(), there, picked, more=False),
        more_fields=filters.fields(store(), there, picked, more=True),
        countable=filters.countable(),
        narrowed=[
            (filters.BY_NAME[name].label, filters.worded(name, value, there))
            for name, value in picked.items()
            if name in filters.BY_NAME
        ],
        narrowed_more=any(name in filters.DATES or filters.BY_NAME[name].more for name in picked),
        total=_total(picked, kept),
        counts=[] if words else _counts(where, there, link),
        views=list(views.of(store(), somebody().id).values()),
    )


@blueprint.post("")
@reviewers
def narrow() -> Any:
    """Narrow the list: the choices go into the address, words into the record of who looked."""
    if "clear" in request.form:
        return redirect(url_for("review.conversations"), code=303)
    link: dict[str, Any] = dict(filters.chosen(request.form))
    words = request.form.get("words", "").strip()[:200]
    if words:
        link["search"] = _search(words)
    counting = [name for name in request.form.getlist("count") if name in filters.BY_NAME][:MOST_COUNTED]
    if request.form.get("save") is not None and (name := request.form.get("name", "").strip()):
        views.save(store(), somebody(), name, filters.chosen(request.form), words, now())
    return redirect(url_for("review.conversations", **link, count=counting or None), code=303)


@desk.get("/view/<id>")
@reviewers
def view(id: str) -> Any:
    """A saved view, as the list it stands for; words in it are a search of whoever opens it."""
    found = views.one(store(), id) or abort(404)
    link: dict[str, Any] = found.picked | ({"search": _search(found.words)} if found.words else {})
    return redirect(url_for("review.conversations", **link), code=303)


@desk.post("/view/<id>/drop")
@reviewers
def drop_view(id: str) -> Any:
    """Drop one's own saved view."""
    views.drop(store(), somebody(), id, now())
    return redirect(url_for("review.conversations"), code=303)


def _search(words: str) -> str:
    """Record a search before anything is shown; returns the name it bears in addresses."""
    person = somebody()
    name = f"{person.id}~{reads.searched(store(), person, words, 'review', now())}"
    let_stand("searches", name)
    return name


def _words(name: str) -> tuple[str, str]:
    """The words of a search named in an address; opened later, or by somebody else, it is recorded again."""
    person, _, seq = name.partition("~")
    if not seq.isdigit():
        return "", ""
    found = store().read(f"reads/{person}", int(seq) - 1, int(seq))
    if not found or found[0].event["name"] != "searched":
        return "", ""
    words = str(found[0].event["metadata"]["what"])
    if person != somebody().id or not stands("searches", name):
        name = _search(words)
    return words, name


def _page(words: str, where: Filter, before: tuple[str, ...] | None, there: Content) -> dict[str, Any]:
    """One page of the list: hits of a search, or rows, and where the next page begins."""
    if words:
        position = int(before[0]) if before and before[0].isdigit() else None
        hits = store().search(words, where, position, PAGE + 1)
        if position is None and len(hits) <= PAGE:
            hits = closest_first(hits)
        rows = [listed(hit.summary, there, hit) for hit in hits[:PAGE] if hit.summary]
        older = str(hits[PAGE - 1].position) if len(hits) > PAGE else None
        return {"rows": rows, "older": older, "few": position is None and len(hits) <= PAGE}
    cursor: Cursor | None = (float(before[0]), before[1]) if before and len(before) == 2 else None
    found = store().summaries(where, cursor, PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = f"{last['started_at']!r}~{last['stream']}" if last else None
    return {"rows": [listed(row, there) for row in found[:PAGE]], "older": older, "few": False}


def _cursor(text: str | None) -> tuple[str, ...] | None:
    """Where a page begins: a position, or a time and a conversation. Anything else begins at the top."""
    parts = tuple((text or "").split("~", 1))
    try:
        float(parts[0])
    except ValueError:
        return None
    return parts


def _total(picked: dict[str, str], kept: dict[str, dict[str, int]]) -> int | None:
    """How many conversations the list has, where that is kept: for everything, and for one filter."""
    if not picked:
        return sum(kept["status"].values())
    (name, value), *more = picked.items()
    if more or name not in kept:
        return None
    return kept[name].get("" if value == filters.UNKNOWN else value, 0)


def _counts(where: Filter, there: Content, link: dict[str, str]) -> list[dict[str, Any]]:
    """The counts asked for: each value of a filter, in words, with how many and the list it leads to."""
    asked = [name for name in request.args.getlist("count") if name in filters.BY_NAME][:MOST_COUNTED]
    tables = []
    counted = store().counts_by([filters.BY_NAME[name].facet for name in dict.fromkeys(asked)], where)
    for name in dict.fromkeys(asked):
        found = counted[filters.BY_NAME[name].facet]
        order = {value: n for n, (value, _) in enumerate(filters.sure(name, there))}
        rows = sorted(found.items(), key=lambda one: (order.get(one[0], len(order)), -one[1]))
        tables.append(
            {
                "label": filters.BY_NAME[name].label,
                "rows": [
                    (filters.worded(name, value, there), n, {**link, name: value or filters.UNKNOWN})
                    for value, n in rows
                    if n
                ],
            }
        )
    return tables
