"""Ages, school years and weeks of pregnancy → classes that the rules know ("3/12", "10 do", "yr 5", "20/40").

An age class stands for what a rule needs: BABY6 under six months, BABY under a year, TODDLER one to four, UNDER13,
UNDER16, TEEN 13 to 17, ADULT_AGE, UNBORN. "N/12" and "N weeks" also mean how long something lasted: then no age.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.understanding.tokens import Token

CLASSES = frozenset(("BABY6", "BABY", "TODDLER", "SCHOOLAGE", "TEEN", "UNDER5", "UNDER10", "UNDER13", "UNDER16", "AGED",
                     "ADULT_AGE", "OLD_AGE", "UNBORN", "GESTATION", "LATE_PREGNANCY", "MAYBE_BABY", "MAYBE_BABY6",
                     "AGE_UNDER_6M", "AGE_6M_1", "AGE_2_4", "AGE_5_11", "AGE_12_15", "AGE_16_17"))  # fmt: skip
Hit = tuple[str, int, int]  # class, first and last token
_DAYS = frozenset(("d", "day", "days", "dy", "do"))
_WEEKS = frozenset(("w", "wk", "wks", "week", "weeks", "wo", "weeker", "wkold"))
_MONTHS = frozenset(("m", "mo", "mth", "mths", "month", "months", "mnth", "mnths", "mos", "mnt"))
_YEARS = frozenset(("y", "yo", "yr", "yrs", "year", "years", "yrd", "yro", "yold", "yrold", "ys"))
_OLD = frozenset(("old", "o", "olds", "age", "ld", "of"))
_LENGTH_AFTER = frozenset(("ago", "hx", "history", "later", "running", "now", "off", "only", "wait", "waiting",
                          "since"))  # fmt: skip
_LENGTH_BEFORE = frozenset(
    ("for", "last", "past", "over", "in", "within", "next", "every", "after", "about", "x", "approx", "until", "till",
     "these", "under", "least", "another", "previous")
)  # fmt: skip
_SMALL = frozenset(("baby", "babe", "bb", "bby", "bab", "newborn", "infant", "twins", "twin", "child", "she", "he",
                    "boy", "girl", "sib", "sibling", "chid", "pn", "postnatal", "check", "review", "old", "nbv", "day",
                    "contact", "dev", "imms"))  # fmt: skip
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
          "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
          "seventeen": 17}  # fmt: skip
_SCHOOL_YEAR = ("yr", "year", "y", "yrs", "years", "yeargroup")
_CHILDREN = frozenset(("she", "he", "son", "daughter", "brother", "sister", "sis", "kids", "children", "girls", "boys",
                       "girl", "boy", "pupil", "twins", "im"))  # fmt: skip
_ANSWERS = ((0, 0.5, "AGE_UNDER_6M"), (0.5, 2, "AGE_6M_1"), (2, 5, "AGE_2_4"), (5, 12, "AGE_5_11"),
            (12, 16, "AGE_12_15"), (16, 18, "AGE_16_17"))  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_WORDS |= {"eighteen": 18, "nineteen": 19} | _TENS
_SEX = frozenset(("f", "m", "girl", "boy", "female", "male", "lad", "lass"))


def of_years(years: float) -> list[str]:
    """The classes of an age in years, and the answer of the common question that it gives."""
    return [*_stage(years), *(name for low, high, name in _ANSWERS if low <= years < high)]


def _stage(years: float) -> list[str]:
    if years < 0.5:
        return ["BABY6", "BABY", "UNDER5", "UNDER10", "UNDER13", "UNDER16", "AGED"]
    if years < 1:
        return ["BABY", "UNDER5", "UNDER10", "UNDER13", "UNDER16", "AGED"]
    if years < 5:
        return ["TODDLER", "UNDER5", "UNDER10", "UNDER13", "UNDER16", "AGED"]
    if years < 13:
        return [*(["UNDER10"] if years < 10 else []), "SCHOOLAGE", "UNDER13", "UNDER16", "AGED"]
    if years < 18:
        return ["TEEN", *(["UNDER16"] if years < 16 else []), "AGED"]
    return ["ADULT_AGE", *(["OLD_AGE"] if years >= 60 else [])]


def ages(tokens: list[Token]) -> Iterator[Hit]:
    """Every age, school year and gestation of a message."""
    words = [t.word for t in tokens]
    count = len(words)
    for i, word in enumerate(words):
        before = words[i - 1] if i else ""
        after = words[i + 1] if i + 1 < count else ""
        later = words[i + 2] if i + 2 < count else ""
        if "/" in word:
            yield from _slashed(word, i, before, after, words)
        elif word[0].isdecimal() or word in _WORDS:
            if before in _TENS and word in _WORDS and _WORDS[word] < 10:
                continue  # "twenty nine" was read at "twenty"
            number = float(_WORDS.get(word) or word)
            if word in _TENS and _WORDS.get(after, 99) < 10:
                number += _WORDS[after]
                i, after = i + 1, later
                later = words[i + 2] if i + 2 < count else ""
            if after == "+" and later in ("0", "1", "2", "3", "4", "5", "6") and 4 <= number <= 43:
                yield from (("UNBORN", i, i + 2), ("GESTATION", i, i + 2))
                continue
            if number > 120:
                continue
            yield from _numbered(number, i, before, after, later, words)
        elif word == "reception" or word == "nursery" and after in ("class", "pupil"):
            yield from ((c, i, i) for c in of_years(4.9))


def _slashed(word: str, i: int, before: str, after: str, words: list[str]) -> Iterator[Hit]:
    left, _, right = word.partition("/")
    if not left or len(left) > 3:
        return
    number = float(left)
    if right == "40" and number <= 43:
        yield from (("UNBORN", i, i), ("GESTATION", i, i))
        if number >= 30:
            yield ("LATE_PREGNANCY", i, i)
        return
    per = {"12": 12.0, "52": 52.0, "7": 365.0, "24": 8760.0}.get(right)
    if per is None or per == 365.0 and number > 28 or per == 12.0 and number > 35:
        return
    if after in _LENGTH_AFTER or before in _LENGTH_BEFORE or per == 8760.0:
        return
    yield from ((c, i, i) for c in of_years(number / per))


def _numbered(number: float, i: int, before: str, after: str, later: str, words: list[str]) -> Iterator[Hit]:
    if before in _SCHOOL_YEAR and number <= 13 and after not in ("yo", "old", "ago"):
        yield from ((c, i - 1, i) for c in of_years(number + 4.5))
        return
    if before in ("day", "d") and number <= 60 and after not in ("ago", "in", "of"):
        yield from ((c, i - 1, i) for c in of_years(number / 365))
        return
    skip = i + 1
    if after in ("-", "–") and skip + 1 < len(words):
        after, skip = later, i + 2
        later = words[skip + 1] if skip + 1 < len(words) else ""
    if after == "and" and later in ("a", "half"):  # five and a half months
        skip = min(i + (4 if later == "a" else 3), len(words) - 1)
        after, later = words[skip], words[skip + 1] if skip + 1 < len(words) else ""
    unit = (365.0 if after in _DAYS else 52.0 if after in _WEEKS else 12.0 if after in _MONTHS
            else 1.0 if after in _YEARS else 0.0)  # fmt: skip
    if unit:
        follows = later if later not in ("-", "–") else (words[skip + 2] if skip + 2 < len(words) else "")
        aged = (follows in _OLD or after in ("yo", "do", "mo", "wo") or before in ("aged", "age") or follows in _SMALL
                or before in _SMALL)  # fmt: skip
        if (follows in ("pregnant", "preg", "gestation", "gone", "scan", "along") or before in ("shes", "im")
                and unit == 52.0 and 5 <= number <= 42) and unit in (52.0, 12.0):  # fmt: skip
            yield from (("UNBORN", i, skip), ("GESTATION", i, skip))
            if number >= (30 if unit == 52.0 else 7):
                yield ("LATE_PREGNANCY", i, skip)
        elif aged and follows != "ago" or (after in ("y", "m") and follows in _SEX):
            yield from ((c, i, skip) for c in of_years(number / unit))
        elif follows not in _LENGTH_AFTER and before not in _LENGTH_BEFORE and unit in (52.0, 12.0, 365.0):
            yield from ((f"MAYBE_{c}", i, skip) for c in of_years(number / unit) if c.startswith("BABY"))
        return
    if number > 18:
        old = 60 <= number <= 105 and words[i] in _WORDS or after == "yo"
        if old or before in ("aged", "age", "is", "shes", "hes", "im"):
            yield ("ADULT_AGE", i, i)
            if number >= 60:
                yield ("OLD_AGE", i, i)
        return
    if (
        before in ("aged", "age", "is", "turned", "im", "hes", "shes", "only", "just", "nearly")
        or before in _SEX
        or (after in _SEX or before == "(" and after in (")", ",", "and"))
    ):
        if after not in ("of", "times", "min", "mins", "minutes", "hours", "hrs", "days", "weeks", "nights", "%"):
            yield from ((c, i, i) for c in of_years(number))
    elif before in _CHILDREN and after not in ("of", "times", "days", "weeks", "hours", "nights"):
        yield from ((c, i, i) for c in of_years(number))
