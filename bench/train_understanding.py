"""Trains the learned layer of understanding and writes `bot/understanding/words/model.json`.

`python -m bench.train_understanding` trains from the development parts; `--cross` only measures: each part, which is
one writer's hand, is held out of training, and only parts written after the rules count. That is the honest figure.
`--spelling LIST` makes `words/not_misspelt.txt` anew from a list of British English words, one a line. Needs
scikit-learn (a development extra); the program itself needs nothing of it.
"""

from __future__ import annotations

import argparse
import base64
import json
import textwrap
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.messages import DEVELOPMENT, Labelled, digest, messages
from bench.scores import Score, line, score
from bot.understanding import learned
from bot.understanding.deciding import MILD, TREE_OF, signs
from bot.understanding.hearing import RAISING, Listened, listen
from bot.understanding.lexicon import FOLDER, lexicon
from bot.understanding.phrases import stem

VERSION = "3"
WHO = ("adult", "not-practitioner", "off-topic", "unintelligible")
LEAST = 6  # messages that must hold a feature, and that must name a target
HIDDEN, NETS = 48, 2  # units of each of the nets that are trained side by side and shipped as one
EPOCHS, RATE, BATCH, DECAY = 16, 3e-3, 128, 1e-5
LEFT_OUT = 0.5  # share of a message's features that a net does not see each time: what it learns rests on no one word
COPIES = {"urgent": 8, "now": 3, "person": 4, **{f"who:{who}": 3 for who in WHO}}  # how often these targets count
FOLDS = 5
RAISE_AT, NOW_AT = -0.6, -0.5  # log odds at which the gates open; chosen by --cross: safety outweighs a question more
# Messages that the rules were written against, and small talk, say nothing of how far the rules can be trusted.
NOT_FOR_GATES = (*(f"part_{letter}" for letter in "abdefghi"), "paraphrases", "short_c")


@dataclass(frozen=True)
class Heard:
    """One message as the rules heard it, and its features."""

    row: Labelled
    listened: Listened
    names: frozenset[str]


def heard_of(rows: list[Labelled]) -> list[Heard]:
    """What the rules hear in every message."""
    words, found = lexicon(), []
    for row in rows:
        heard = listen(row.text, words)
        names = frozenset(name for name, _, _ in learned.features(heard, words))
        found.append(Heard(row, heard, names))
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


def _matrix(rows: list[Any], width: int, rng: Any = None) -> Any:
    """Messages by features, each message of the same weight; with `rng`, with features left out."""
    import numpy as np
    from scipy.sparse import csr_matrix

    seen = [row if rng is None else row[rng.random(len(row)) > LEFT_OUT] for row in rows]
    values = [np.full(len(row), learned.weight_of(len(row)), dtype=np.float32) for row in seen]
    places = np.repeat(np.arange(len(seen)), [len(row) for row in seen])
    return csr_matrix((np.concatenate(values), (places, np.concatenate(seen))), shape=(len(seen), width))


def _net(rows: list[Any], width: int, truths: Any, seed: int) -> Any:
    """One net with one hidden layer over all targets: what is learned of one helps the others."""
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng(seed)
    net = MLPClassifier((HIDDEN,), alpha=DECAY, batch_size=BATCH, learning_rate_init=RATE, random_state=seed)
    for epoch in range(EPOCHS):
        order = rng.permutation(len(rows))
        matrix = _matrix([rows[i] for i in order], width, rng)
        net.partial_fit(matrix, truths[order], classes=np.arange(truths.shape[1]))
        net._optimizer.learning_rate_init = RATE * (1 - (epoch + 1) / EPOCHS) + 1e-5
    return net


def fitted(told: list[Heard]) -> dict[str, Any]:
    """The weights of the nets from these messages, as whole numbers of a byte."""
    import numpy as np
    from joblib import Parallel, delayed

    held = Counter(name for one in told for name in one.names)
    kept = sorted(name for name, count in held.items() if count >= LEAST)
    number = {name: i for i, name in enumerate(kept)}
    rows = [np.array([number[n] for n in sorted(one.names) if n in number], dtype=np.int64) for one in told]
    targets = _targets([one.row for one in told])
    truths = np.array([t for name, truth in targets.items() for t in [truth] * COPIES.get(name, 1)], dtype=int).T
    firsts = np.cumsum([0, *(COPIES.get(name, 1) for name in targets)])[:-1]
    nets = Parallel(NETS)(delayed(_net)(rows, len(kept), truths, seed) for seed in range(NETS))
    inner = np.concatenate([net.coefs_[0] for net in nets], axis=1)
    inner_bias = np.concatenate([net.intercepts_[0] for net in nets])
    outer = np.concatenate([net.coefs_[1][:, firsts] / NETS for net in nets], axis=0)
    outer_bias = np.mean([net.intercepts_[1][firsts] for net in nets], axis=0)
    scale = np.abs(inner).max(axis=0) / 127  # a unit's own scale
    whole = np.clip(np.rint(inner / scale), -127, 127).astype(np.int8)
    return {
        "features": kept,
        "targets": list(targets),
        "inner": base64.b64encode(whole.tobytes()).decode(),
        "scale": [float(f"{s:.5g}") for s in scale],
        "inner_bias": [round(float(b), 4) for b in inner_bias],
        "outer": [[round(float(w), 3) for w in row] for row in outer.T],
        "outer_bias": [round(float(b), 3) for b in outer_bias],
    }


def _use(made: dict[str, Any], gates: dict[str, dict[str, float]] | None = None) -> learned.Model:
    return learned.of({"version": VERSION, "trained_from": "", **made, "gates": gates or {}})


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


def _held_out(told: list[Heard]) -> tuple[list[dict[str, float]], list[learned.Model | None]]:
    """The signs of every message by a model that never saw its part, and that model."""
    all_signs: list[dict[str, float]] = [{} for _ in told]
    models: list[learned.Model | None] = [None] * len(told)
    for number, fold in enumerate(_folds(told), 1):
        outside = set(fold)
        use = _use(fitted([one for i, one in enumerate(told) if i not in outside]))
        for i, found in zip(fold, _signs([told[i] for i in fold], use), strict=True):
            all_signs[i], models[i] = found, use
        print(f"fold {number} of {FOLDS}: {len(fold)} messages held out", flush=True)
    return all_signs, models


def trained(told: list[Heard]) -> dict[str, Any]:
    """The model of these messages, as it is written to the file."""
    gates = gates_of(told, _held_out(told)[0])
    origin = digest([one.row for one in told])
    return {"version": VERSION, "trained_from": origin, **fitted(told), "gates": gates}


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
    made = trained(told)
    text = json.dumps(made, separators=(",", ":"), sort_keys=True)
    (FOLDER / "model.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(rows)} messages, {len(made['features'])} features, {len(made['targets'])} targets, {len(text)} bytes")


if __name__ == "__main__":
    main()
