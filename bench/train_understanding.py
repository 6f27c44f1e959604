"""Trains the learned layer of understanding and writes `bot/understanding/words/model.json`.

`python -m bench.train_understanding` trains from the development parts; `--cross` only measures: each part, which is
one writer's hand, is held out of training, and only parts written after the rules count. That is the honest figure.
`--spelling LIST` makes `words/not_misspelt.txt` anew from a list of British English words, one a line. Needs PyTorch
and scikit-learn (`make train` sees to both); the program itself needs neither.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.messages import DEVELOPMENT, Labelled, digest, messages
from bench.scores import Score, line, score
from bot.model import MILD
from bot.understanding import learned, windows
from bot.understanding.deciding import TREE_OF, signs
from bot.understanding.hearing import RAISING, Listened, listen
from bot.understanding.lanes import packed
from bot.understanding.lexicon import FOLDER, lexicon
from bot.understanding.phrases import stem

VERSION = "5"
WHO = ("adult", "not-practitioner", "off-topic", "unintelligible")
LEAST = 8  # messages that must hold a feature, and that must name a target
SELDOM = 3  # messages that must hold a word to be known in its order
COUNTS = {"urgent": 8, "now": 3, "person": 4, **{f"who:{who}": 3 for who in WHO}}  # how much these targets count
FOLDS = 5
RAISE_AT, NOW_AT = -0.3, -1.0  # log odds at which the gates open; chosen by --cross: safety outweighs a question more
# Messages that the rules were written against, and small talk, say nothing of how far the rules can be trusted.
NOT_FOR_GATES = (*(f"part_{letter}" for letter in "abdefghi"), "paraphrases", "short_c")


@dataclass(frozen=True)
class Heard:
    """One message as the rules heard it, and its features."""

    row: Labelled
    listened: Listened
    names: frozenset[str]
    said: tuple[windows.Word, ...]


def heard_of(rows: list[Labelled]) -> list[Heard]:
    """What the rules hear in every message."""
    words, found = lexicon(), []
    for row in rows:
        heard = listen(row.text, words)
        names = frozenset(name for name, _, _ in learned.features(heard, words))
        found.append(Heard(row, heard, names, tuple(windows.sequence(heard.message, words))))
    return found


def _targets(rows: list[Labelled]) -> dict[str, list[bool]]:
    trees = Counter(tree for row in rows for tree in row.concerns)
    made = {"urgent": [r.urgency != "none" for r in rows], "now": [r.urgency == "now" for r in rows]}
    made |= {flag: [flag in r.raising for r in rows] for flag in TREE_OF}
    made |= {f"not:{flag}": [flag in {n for n, la in r.flags if la in MILD} for r in rows] for flag in TREE_OF}
    made |= {label: [label in {la for _, la in r.flags} for r in rows] for label in (*MILD, "stated")}
    made |= {f"who:{who}": [r.not_for_us == who for r in rows] for who in WHO}
    made["person"] = [r.asks_for_person for r in rows]
    made |= {tree: [tree in r.concerns for r in rows] for tree in sorted(trees)}
    return {name: truth for name, truth in made.items() if sum(truth) >= LEAST}


def _numbered(told: list[Heard], kind: str, found: Callable[[Heard], Iterable[str]], first: int) -> dict[str, int]:
    """Names that enough messages hold, numbered from `first`."""
    least = LEAST if kind == "features" else SELDOM
    held = Counter(name for one in told for name in set(found(one)))
    return {name: n for n, name in enumerate(sorted(n for n, count in held.items() if count >= least), first)}


def _rows(inner: Any, parts: int = 1) -> tuple[bytes, list[float]]:
    """Weights as bytes, and the scale of each unit, which is the same at every place of a stretch."""
    import numpy as np

    places = inner.reshape(len(inner), parts, -1)
    scale = np.abs(places).max(axis=(0, 1)) / 127
    whole = np.clip(np.rint(places / scale), -127, 127).astype(int)
    held = b"".join(packed(part.tolist()) for row in whole for part in row)
    return held, [float(f"{s:.5g}") for s in scale]


def fitted(told: list[Heard]) -> tuple[dict[str, Any], bytes]:
    """The net from these messages: what stands in the model's file, and the weights beside it, a byte each."""
    import numpy as np

    from bench import nets

    number = _numbered(told, "features", lambda one: one.names, 0)
    stems = _numbered(told, "words", lambda one: (root for root, _ in one.said), 2)
    classes = _numbered(told, "classes", lambda one: (c for _, found in one.said for c in found), 1)
    targets = _targets([one.row for one in told])
    truths = np.array(list(targets.values()), dtype=np.float32).T
    counts = np.array([COUNTS.get(name, 1) for name in targets], dtype=np.float32)
    numbered = [
        nets.Told(
            np.array([number[n] for n in sorted(one.names) if n in number], dtype=np.int64),
            [(stems.get(root, 1), tuple(classes[c] for c in found if c in classes)) for root, found in one.said],
        )
        for one in told
    ]
    net = nets.fit(numbered, nets.Sizes(len(number), len(stems) + 2, len(classes) + 1), truths, counts, nets.Recipe())
    inner, scale = _rows(net.inner)
    nothing = (0, len(stems) + 2)  # the rows of no word and of no class
    order, order_scale = _rows(np.delete(net.order, nothing, axis=0), windows.STRETCH)
    made = {
        "features": list(number),
        "targets": list(targets),
        "scale": scale,
        "inner_bias": _short(net.bias),
        "deep": [_short(row) for row in net.deep],
        "deep_bias": _short(net.deep_bias),
        "outer": [_short(row) for row in net.outer],
        "outer_bias": _short(net.outer_bias),
        "order": {
            "words": [windows.UNKNOWN, *(f"w:{root}" for root in stems), *(f"c:{name}" for name in classes)],
            "scale": order_scale,
            "bias": _short(net.order_bias),
        },
    }
    return made, inner + order


def _short(numbers: Any) -> list[float]:
    return [round(float(n), 3) for n in numbers]


def _use(made: dict[str, Any], weights: bytes) -> learned.Model:
    return learned.of({"version": VERSION, "trained_from": "", **made, "gates": {}}, weights)


def _signs(told: list[Heard], use: learned.Model) -> list[dict[str, float]]:
    words = lexicon()
    return [signs(h.listened, learned.weigh(h.listened, words, use).odds) for h in told]


def _folds(told: list[Heard]) -> list[list[int]]:
    """The parts dealt into folds, the largest first: a part is one hand, and is held out whole."""
    sizes = Counter(one.row.part for one in told)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    for part, _ in sizes.most_common():
        min(folds, key=len).extend(i for i, one in enumerate(told) if one.row.part == part)
    return folds


def gates_of(told: list[Heard], told_signs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """The gates, from signs that were made by models which had not seen the message."""
    from sklearn.linear_model import LogisticRegression

    fair = [i for i, one in enumerate(told) if one.row.part not in NOT_FOR_GATES]
    urgent = [i for i in fair if told[i].row.urgency != "none"]
    found = {}
    for name, used, truth, at in (
        ("raise", fair, [told[i].row.urgency != "none" for i in fair], RAISE_AT),
        ("now", urgent, [told[i].row.urgency == "now" for i in urgent], NOW_AT),
    ):
        keys = list(told_signs[0])
        made = LogisticRegression(max_iter=3000, class_weight="balanced")
        made.fit([[told_signs[i][key] for key in keys] for i in used], truth)
        found[name] = {key: round(float(w), 3) for key, w in zip(keys, made.coef_[0], strict=True)}
        found[name]["bias"] = round(float(made.intercept_[0]) - at, 3)
    return found


def _fold_of(told: list[Heard], fold: list[int]) -> tuple[list[dict[str, float]], learned.Model]:
    import torch

    torch.set_num_threads(1)
    outside = set(fold)
    use = _use(*fitted([one for i, one in enumerate(told) if i not in outside]))
    return _signs([told[i] for i in fold], use), use


def _held_out(told: list[Heard]) -> tuple[list[dict[str, float]], list[learned.Model | None]]:
    """The signs of every message by a model that never saw its part, and that model."""
    from joblib import Parallel, delayed

    all_signs: list[dict[str, float]] = [{} for _ in told]
    models: list[learned.Model | None] = [None] * len(told)
    folds = _folds(told)
    for fold, (found, use) in zip(folds, Parallel(2)(delayed(_fold_of)(told, fold) for fold in folds), strict=True):
        for i, one in zip(fold, found, strict=True):
            all_signs[i], models[i] = one, use
    return all_signs, models


def trained(told: list[Heard]) -> tuple[dict[str, Any], bytes]:
    """The model of these messages, as it is written to its two files."""
    gates = gates_of(told, _held_out(told)[0])
    made, weights = fitted(told)
    return {"version": VERSION, "trained_from": digest([one.row for one in told]), **made, "gates": gates}, weights


def cross(told: list[Heard]) -> None:
    """Each part measured by a model, and by gates, that never saw it."""
    all_signs, models = _held_out(told)
    for part in sorted({one.row.part for one in told if one.row.part not in NOT_FOR_GATES}):
        inside = [i for i, one in enumerate(told) if one.row.part != part]
        gates = gates_of([told[i] for i in inside], [all_signs[i] for i in inside])
        outside = [i for i, one in enumerate(told) if one.row.part == part]
        model = models[outside[0]]
        assert model is not None
        use = replace(model, gates=gates)
        for layer in ("rules", "learned", "both"):
            result: Score = score([told[i].row for i in outside], layer, use)
            print(f"{part:13} {layer:8} {line(result)}", flush=True)


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
    told = heard_of(rows)
    if given.cross:
        cross(told)
        return
    made, weights = trained(told)
    text = json.dumps(made, separators=(",", ":"), sort_keys=True)
    (FOLDER / "model.json").write_text(text + "\n", encoding="utf-8")
    (FOLDER / "model.bin").write_bytes(weights)
    size = len(text) + len(weights)
    print(f"{len(rows)} messages, {len(made['features'])} features, {len(made['targets'])} targets, {size} bytes")


if __name__ == "__main__":
    main()
