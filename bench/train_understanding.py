"""Trains the learned layer of understanding and writes `bot/understanding/words/model.json`.

`python -m bench.train_understanding` trains from the development parts; `--cross` only measures: each part in turn is
held out of training (`part_b` in two halves), which is the honest figure. `--spelling LIST` makes
`words/not_misspelt.txt` anew from a list of British English words, one a line. Needs scikit-learn (a development
extra); the program itself needs nothing of it.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

from bench.messages import DEVELOPMENT, Labelled, digest, messages
from bench.scores import Score, line, score
from bot.understanding import learned
from bot.understanding.deciding import TREE_OF
from bot.understanding.hearing import RAISING, listen
from bot.understanding.lexicon import FOLDER, lexicon
from bot.understanding.phrases import stem

VERSION = "1"
LEAST = 3  # messages that must hold a feature
SMALLEST = 0.06  # weights below are left out
STRENGTH = {"urgent": 0.3, "now": 0.3}  # inverse of the regularisation; flags and concerns 0.5
RAISE_AT, NOW_AT, HINT = 0.4, 0.6, 1.5  # chosen by --cross: lower finds few more and raises many calm ones
PARAPHRASE = 0.5  # weight of a paraphrase: short and plain beside what people write


def _features(rows: list[Labelled]) -> list[set[str]]:
    words = lexicon()
    found = []
    for row in rows:
        heard = listen(row.text, words)
        found.append({name for name, _, _ in learned.features(heard.message, heard.labeller, words)})
    return found


def _targets(rows: list[Labelled]) -> dict[str, list[bool]]:
    flags = sorted(TREE_OF)
    counted = Counter(tree for row in rows for tree in row.concerns)
    made = {"urgent": [r.urgency != "none" for r in rows], "now": [r.urgency == "now" for r in rows]}
    made |= {flag: [flag in r.raising for r in rows] for flag in flags}
    return made | {tree: [tree in r.concerns for r in rows] for tree, n in sorted(counted.items()) if n >= LEAST}


def trained(rows: list[Labelled], had: list[set[str]]) -> dict[str, Any]:
    """The model of these messages, as it is written to the file."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    held = Counter(name for names in had for name in names)
    kept = sorted(name for name, count in held.items() if count >= LEAST)
    number = {name: i for i, name in enumerate(kept)}
    places = [(i, number[n]) for i, names in enumerate(had) for n in names if n in number]
    matrix = csr_matrix(([1.0] * len(places), tuple(zip(*places, strict=True))), shape=(len(rows), len(kept)))
    weight = [PARAPHRASE if r.part == "paraphrases" else 1.0 for r in rows]
    targets = _targets(rows)
    weights: dict[str, list[int]] = {}
    bias = []
    for place, (name, truth) in enumerate(targets.items()):
        fitted = LogisticRegression(C=STRENGTH.get(name, 0.5), max_iter=500, class_weight="balanced")
        fitted.fit(matrix, truth, sample_weight=weight)
        bias.append(round(float(fitted.intercept_[0]), 3))
        for i, value in enumerate(fitted.coef_[0]):
            if abs(value) >= SMALLEST:
                weights.setdefault(kept[i], []).extend((place, round(float(value) * 100)))
    return {"version": VERSION, "trained_from": digest(rows), "targets": list(targets), "bias": bias,
            "raise_at": RAISE_AT, "now_at": NOW_AT, "hint": HINT, "weights": weights}  # fmt: skip


def _half(row: Labelled) -> str:
    return row.part if row.part != "part_b" else "part_b later" if int(row.id[-4:]) >= 330 else "part_b first"


def cross(rows: list[Labelled], had: list[set[str]]) -> None:
    """Each part measured with a model that never saw it. The rules have seen all but the later half of part_b."""
    for part in sorted({_half(r) for r in rows}):
        inside = [i for i, r in enumerate(rows) if _half(r) != part]
        made = trained([rows[i] for i in inside], [had[i] for i in inside])
        use = _model(made)
        outside = [r for r in rows if _half(r) == part]
        for layer in ("rules", "learned", "both"):
            result: Score = score(outside, layer, use)
            print(f"{part:13} {layer:8} {line(result)}", flush=True)


def _model(made: dict[str, Any]) -> learned.Model:
    return learned.Model(made["version"], made["trained_from"], tuple(made["targets"]), tuple(made["bias"]),
                         made["weights"], made["raise_at"], made["now_at"], made["hint"])  # fmt: skip


def patterns(rows: list[Labelled]) -> None:
    """How often each pattern of a flag stood in urgent and in other messages: what `=> sure` is decided by."""
    right: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for pattern, label, flag in set(listen(row.text).hits):
            if label in RAISING:
                (right if row.urgency != "none" else wrong)[flag, pattern] += 1
    for key in sorted({*right, *wrong}, key=lambda k: (k[0], -wrong[k], -right[k])):
        print(f"{key[0]} right {right[key]:3} wrong {wrong[key]:3}  {key[1]}")


def spelling(listed: Path) -> None:
    """Correct words that the speller would take for a word of the classes, so that it leaves them alone."""
    words = lexicon()
    words.speller.leave = frozenset()
    known = {w.strip().lower() for w in listed.read_text(encoding="utf-8").split()}
    left = []
    for word in sorted(w for w in known if w.isascii() and w.isalpha() and 4 <= len(w) <= 24):
        root = stem(word)
        known_to_rules = root in words.stems or word in words.exact or root in words.phrases
        if not known_to_rules and words.speller.nearest(word):
            left.append(word)
    head = "# Correct English words that stand one slip away from a word of the classes: never taken for it.\n"
    made = "# Made by `python -m bench.train_understanding --spelling LIST` from a list of British English words.\n"
    (FOLDER / "not_misspelt.txt").write_text(head + made + "\n".join(textwrap.wrap(" ".join(left), 118)) + "\n")
    print(f"{len(left)} words left alone")


def main() -> None:
    """Train, or measure, or make the list of words."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--cross", action="store_true", help="only measure, each part held out in turn")
    asked.add_argument("--patterns", action="store_true", help="only count what each pattern is right about")
    asked.add_argument("--spelling", type=Path, help="make not_misspelt.txt from this list of words")
    given = asked.parse_args()
    if given.spelling:
        spelling(given.spelling)
        return
    rows = [row for part in DEVELOPMENT for row in messages(part)]
    if given.patterns:
        patterns(rows)
        return
    had = _features(rows)
    if given.cross:
        cross(rows, had)
        return
    made = trained(rows, had)
    text = json.dumps(made, separators=(",", ":"), sort_keys=True)
    (FOLDER / "model.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(rows)} messages, {len(made['weights'])} features, {len(made['targets'])} targets, {len(text)} bytes")


if __name__ == "__main__":
    main()
