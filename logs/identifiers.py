"""Where a text holds numbers and addresses by which someone could be recognised.

Numbers are found by walking the groups of digits, not by one long pattern: that takes time in proportion to the
text, whatever it holds, and keeps dates and measurements apart from telephone numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

Found: TypeAlias = tuple[int, int, str]  # from, to, kind

SIGN_IN, EMAIL, NHS, PHONE = "sign-in details", "e-mail address", "NHS number", "phone number"
INSURANCE, POSTCODE = "National Insurance number", "postcode"

_SIGN_IN = re.compile(r"(?<=://)[^\s/@\[\]]{1,200}(?=@)")
_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DIGITS = re.compile(r"\d+")
_BETWEEN = re.compile(r"[ \t.()/\u00a0\u00ad\u2000-\u200f\u2010-\u2015\u202f\u2060\ufeff-]{1,4}")
_PLAIN = re.compile(r"[ \t.\u00a0\u00ad\u2000-\u200f\u2010-\u2015\u202f\u2060\ufeff-]{1,3}")
_NHS_CUE = re.compile(r"\bNHS[ \t]{0,2}(?:number|num|nos?|n)?[ \t.:#=()-]{0,5}(?:is|was)?[ \t.:#=-]{0,3}$", re.I)
# Both are looked for from their digits on, and their beginning is then read backwards from there.
_INSURANCE_END = re.compile(r"\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D](?![^\W_])", re.I)
_INSURANCE_START = re.compile(r"(?<![^\W_])[A-Z]{2}[ -]?$", re.I)
_INWARD = re.compile(r"\d[ABD-HJLNP-UW-Z]{2}(?![^\W_])", re.I)
_OUTWARD = re.compile(r"(?<![^\W_])([A-Z]{1,2})\d[A-Z\d]?[ \t\u00a0]{0,3}$", re.I)
# The areas of Great Britain, Northern Ireland and the islands: two letters and a digit alone would also find
# the section 47 of "s47 2nd visit".
AREAS = set(
    """
    AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH
    EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK
    ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD
    TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
    """.split()  # noqa: SIM905
)
# "L3 2yr old", "s17 1st visit": after one letter and a number, these small words are no end of a postcode.
WORDS_LIKE_ENDS = {"st", "nd", "rd", "th", "yr", "hr", "wt", "ft", "lb", "pt"}


def sign_in_details(text: str) -> Iterator[Found]:
    """A user name and password within a web address."""
    for found in _SIGN_IN.finditer(text) if "@" in text else ():
        yield found.start(), found.end(), SIGN_IN


def email_addresses(text: str) -> Iterator[Found]:
    """E-mail addresses."""
    for found in _EMAIL.finditer(text) if "@" in text else ():
        yield found.start(), found.end(), EMAIL


def groups(text: str) -> list[tuple[int, int]]:
    """Where the groups of digits are."""
    return [found.span() for found in _DIGITS.finditer(text)]


def run(text: str, spans: list[tuple[int, int]], first: int, most: int, between: re.Pattern[str]) -> list[str]:
    """The groups from one on that stand together as one number could, up to `most` digits."""
    found: list[str] = []
    total = 0
    for index in range(first, min(first + 12, len(spans))):
        start, end = spans[index]
        total += end - start
        if total > most or (found and not between.fullmatch(text, spans[index - 1][1], start)):
            break
        found.append(text[start:end])
    return found


def nhs_numbers(text: str) -> Iterator[Found]:
    """NHS numbers: ten digits with the right check digit, or any ten said to be one."""
    spans = groups(text)
    for index, (start, _) in enumerate(spans):
        parts = run(text, spans, index, 10, _PLAIN)
        number = "".join(parts)
        if len(number) != 10:
            continue
        usual = [len(part) for part in parts] in ([10], [3, 3, 4])
        if (usual and checks(number)) or _NHS_CUE.search(text[max(0, start - 30) : start]):
            yield start, spans[index + len(parts) - 1][1], NHS


def checks(number: str) -> bool:
    """Whether the tenth digit is the check digit (modulus 11) of the nine before it."""
    digits = [int(digit) for digit in number]
    rest = 11 - sum(digit * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return digits[9] == (0 if rest == 11 else rest) and len(set(digits)) > 1


def phone_numbers(text: str) -> Iterator[Found]:
    """United Kingdom numbers as people write them, and any number with a country code."""
    spans = groups(text)
    for index, (start, end) in enumerate(spans):
        plus = text[max(0, start - 2) : start].rstrip("(").endswith("+")
        if not plus and text[start] not in "04":
            continue
        parts = run(text, spans, index, 15, _BETWEEN)
        count = _phone(parts, plus)
        if count:
            begin = start
            while begin and text[begin - 1] in "+(" and start - begin < 2:
                begin -= 1
            end = spans[index + count - 1][1]
            yield begin, end, PHONE


def _phone(parts: list[str], plus: bool) -> int:
    """How many of these groups make up a telephone number; 0 if they do not."""
    whole = "".join(parts)
    if plus or whole.startswith(("0044", "447")):
        return _international(parts, whole, plus)
    if not whole.startswith(("01", "02", "03", "05", "07", "08", "09")):
        return 0
    # A first group of two digits is a day or an hour, but "07 700 900 123" is a mobile number.
    if len(parts) > 1 and len(parts[0]) < 3 and not (whole.startswith("07") and len(parts[1]) > 2):
        return 0
    lengths = (11, 10) if whole.startswith(("01", "05", "08")) else (11,)
    return next((count for length in lengths if (count := _groups_of(parts, length))), 0)


def _international(parts: list[str], whole: str, plus: bool) -> int:
    code = whole.removeprefix("00")
    if not code.startswith("44"):
        return len(parts) if plus and len(whole) >= 8 else 0
    length = len(whole) - len(code) + 12 + (code[2:3] == "0")  # "+44 (0)1332 …" has a nought too many
    return _groups_of(parts, length) or _groups_of(parts, length - 1)


def _groups_of(parts: list[str], length: int) -> int:
    """How many groups from the first have exactly this many digits together; 0 where none do."""
    total = 0
    for count, part in enumerate(parts, 1):
        total += len(part)
        if total == length:
            return count
    return 0


def national_insurance_numbers(text: str) -> Iterator[Found]:
    """National Insurance numbers."""
    for found in _INSURANCE_END.finditer(text):
        begin = _start(_INSURANCE_START, text, found.start())
        if begin:
            yield begin.start() + max(0, found.start() - 8), found.end(), INSURANCE


def postcodes(text: str) -> Iterator[Found]:
    """Full postcodes. The first half alone is a district, which the record may name."""
    for found in _INWARD.finditer(text):
        begin = _start(_OUTWARD, text, found.start())
        if begin is None or begin[1].upper() not in AREAS:
            continue
        if len(begin[1]) == 1 and found[0][1:] in WORDS_LIKE_ENDS:
            continue
        yield begin.start() + max(0, found.start() - 8), found.end(), POSTCODE


def _start(pattern: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """The beginning of something whose rest was found at `end`, within eight characters before."""
    return pattern.search(text[max(0, end - 8) : end])
