"""Where a text holds a date of birth.

A date near "born" or "dob" is one. A full date without a word that tells what happened then is taken for one,
because that is how a child is told apart in a note. "Seen on 3/4/2026", "EDD 12/03/2026", 20/40, 3/12, Year 2
and 14:30 stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from logs.identifiers import Found, groups

BIRTH = "date of birth"

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_YEAR = r"(?:19|20)\d\d"
# Read from a group of digits on; a month's name may stand before it.
_FROM_DIGITS = re.compile(
    rf"""(?:
      (?P<d1>\d{{1,2}})[ ]?(?P<s>[/.-])[ ]?(?P<m1>\d{{1,2}})[ ]?(?P=s)[ ]?(?P<y1>{_YEAR}|\d\d)
    | (?P<y2>{_YEAR})(?P<t>[/.-])(?P<m2>\d{{1,2}})(?P=t)(?P<d2>\d{{1,2}})
    | (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[ ]{{0,2}}(?:of[ ])?(?:{_MONTHS})\b(?:[.,]?[ ]{{0,2}}(?P<y3>{_YEAR})\b)?
    | (?P<digits>\d{{8}}|\d{{6}})
    )(?!\d|[/.-]\d)""",
    re.I | re.X,
)
_FROM_MONTH = re.compile(
    rf"\b(?:{_MONTHS})[ ]{{1,2}}(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?[ ]{{0,2}}(?P<y3>{_YEAR})\b)?", re.I
)
_MONTH_BEFORE = re.compile(rf"\b(?:{_MONTHS})[ ]{{1,2}}$", re.I)
_BORN = re.compile(r"(?<!\[)(?:\bd\.?[ ]?o\.?[ ]?b(?![^\W\d_])|\bdate of birth|\bbirth[ ]?da(?:te|y)|\bborn\b)", re.I)
_BORN_AFTER = re.compile(r"[ ,(]{0,3}(?:d\.?o\.?b\b|date of birth|birthday)", re.I)
_DOB = re.compile(r"(?<!\[)(?:\bd\.?[ ]?o\.?[ ]?b(?![^\W\d_])|\bdate of birth)\W{0,5}(?:is\W{0,3})?$", re.I)
# What happens on a date that is not a birthday.
_EVENT = (
    r"(?:seen|saw|visit\w*|appointments?|appts?|edd|edc|lmp|due|delivery|review\w*|meeting|conference|dated|"
    r"referr\w+|called|rang|call|incident|happened|occurred|admi\w+|discharg\w*|assess\w*|scan\w*|clinic|contact\w*|"
    r"report\w*|notifi\w+|ppn|booked|rebooked|missed|dna|attend\w*|closed|opened|start\w*|began|moved|arrived|"
    r"strategy|court|hearing|arrest\w*|died|left|returned|recorded|written|spoke\w*|weighed|until|since|hospital|"
    r"plan|training|supervision)\b"
)
_HAPPENED = re.compile(rf"\b{_EVENT}\W*(?:\w{{1,20}}\W{{1,3}}){{0,3}}$", re.I)
_HAPPENED_AFTER = re.compile(rf"[ ]{{0,2}}(?:\w{{1,20}}[ ]{{1,2}}){{0,2}}{_EVENT}", re.I)
_LINE_OF_CHRONOLOGY = re.compile(r"[ \t]{0,2}[:–-]")
_WITHIN = re.compile(r"[^\W\d_]$|[^\W_][/._-]$")  # the middle of a word, a number or a code
_LISTED = re.compile(r"[ \t]?(?:[,;&+/-]|and|or|to|until)?[ \t]?(?:and|on|again)?[ \t]{0,2}")
_ON = re.compile(r"\b(?:on|by|from|to|before|after|till|week|date)\b\W{0,3}(?:\w{1,9}day\W{1,3})?$", re.I)


def births(text: str) -> Iterator[Found]:
    """Dates of birth."""
    last, kept = 0, False
    for found in _dates(text):
        start, end = found.span()
        if start < last:
            continue
        before = text[max(last, start - 48) : start]
        # "Seen 3/4/2026, 10/4/2026 and 17/4/2026": what was said of the first date is said of all.
        birth = _birth(found, before, text[end : end + 60]) and not (kept and _LISTED.fullmatch(before))
        if birth:
            yield start, end, BIRTH
        last, kept = end, not birth


def _dates(text: str) -> Iterator[re.Match[str]]:
    """Whatever is written as a date of the calendar."""
    for start, _ in groups(text):
        before = text[max(0, start - 20) : start]
        if _WITHIN.search(before) and not _DOB.search(before):
            continue
        found = _FROM_DIGITS.match(text, start)
        if found is None and (month := _MONTH_BEFORE.search(before)):
            found = _FROM_MONTH.match(text, start - len(before) + month.start())
        if found is not None and _real(found.groupdict()):
            yield found


def _real(found: dict[str, str | None]) -> bool:
    """Whether day and month could be those of a calendar; the month may stand first where the year is whole."""
    if found.get("digits"):
        return True
    if found["d3"]:
        return 1 <= int(found["d3"]) <= 31
    day, month = int(found["d1"] or found["d2"] or 0), int(found["m1"] or found["m2"] or 0)
    if month > 12 and len(found["y1"] or found["y2"] or "") == 4:
        day, month = month, day
    return 1 <= day <= 31 and 1 <= month <= 12


def _birth(found: re.Match[str], before: str, after: str) -> bool:
    """Whether a date is one of birth, by the words around it."""
    parts = found.groupdict()
    if parts.get("digits"):
        return _DOB.search(before) is not None
    if _BORN_AFTER.match(after):
        return True
    happened = _HAPPENED.search(before)
    if born := list(_BORN.finditer(before)):
        return happened is None or happened.start() < born[-1].start()
    if not any(parts.get(year) for year in ("y1", "y2", "y3")) or happened or _ON.search(before):
        return False
    begins_line = not before or before.endswith("\n")
    return not (_HAPPENED_AFTER.match(after) or (begins_line and _LINE_OF_CHRONOLOGY.match(after)))
