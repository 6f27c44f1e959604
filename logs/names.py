"""Where a text names a person, found only where the words before say that a name follows.

A list of names would mask half of a note and miss the rest. "Mrs Khan" keeps its title; "called Social Care" and
"named nurse" are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from logs.identifiers import Found

NAME = "name"
LONGEST = 5  # words

_SPACE = r"[ \t\u00a0]"
_OPEN = "[\"'“‘«(]?"
_TITLE = (
    r"\b(?:[Mm]r|MR|[Mm]rs|MRS|[Mm]s|[Mm]iss|MISS|[Mm]x|[Dd]r|DR|[Pp]rof|[Pp]rofessor|[Dd]octor)"
    rf"(?:\.{_SPACE}{{0,3}}|{_SPACE}{{1,3}})"
)
_SAID = (
    rf"\b(?i:called|named|known{_SPACE}as|aka|"
    rf"(?:sur|fore)?names?(?:['’]s|{_SPACE}is|{_SPACE}are|{_SPACE}was|{_SPACE}?[:=]))"
    rf"{_SPACE}{{1,3}}"
)
# Looked for backwards from each word with a capital, because there are few of those.
_CUE = re.compile(rf"(?:(?P<title>{_TITLE})|(?P<said>{_SAID})){_OPEN}$")
_BACK = 20  # characters within which every cue fits
_CAPITAL = re.compile(r"(?<![^\W_])[^\W\d_a-z]")
_WORD = re.compile(r"[^\W\d_]{1,40}(?:['’-][^\W\d_]{1,40}){0,4}")
_GAP = re.compile(rf"\.?{_SPACE}{{1,2}}|\.?(?=[A-Z])")
_AND = re.compile(rf"{_SPACE}?,{_SPACE}{{1,2}}(?:and{_SPACE}{{1,2}})?|{_SPACE}{{1,2}}(?:and|&){_SPACE}{{1,2}}")
_DIGIT = re.compile(rf"{_SPACE}{{1,2}}\d")

MONTHS = {
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
}  # fmt: skip
# Words that stand with a capital and are nobody's name: people by what they are, services, places, sentence starts.
WORDS = set(
    """
    mum mums mummy mother mam dad dads daddy father parent parents step stepdad stepmum gran grandma
    granny nan nana grandad grandpa grandmother grandfather aunt auntie uncle brother sister sibling
    siblings baby child children boy girl son daughter partner husband wife boyfriend girlfriend ex
    cousin carer carers foster family practitioner health visitor visitors nurse nurses midwife
    midwives doctor doctors gp gps teacher teachers professional professionals worker workers social
    police officer officers ambulance paramedic paramedics psychiatrist paediatrician consultant
    specialist manager lead safeguarding designated head headteacher reception care services service
    team teams council county city school schools nursery college hospital clinic surgery practice
    centre center ward unit line helpline hub front door early help advice emergency emergencies
    duty out children's child's adult adults mental crisis local authority multi agency police's
    court courts probation housing home homes refuge women's women charity trust royal community
    family's services' appointments appointment childline nspcc camhs mash edt lado cafcass ddscp
    dchs dhcft derby derbyshire derbyshire's chesterfield derby's nottingham england english british
    nhs starting point universal partnership plus threshold thresholds st saint document form forms
    level section monday tuesday wednesday thursday friday saturday sunday mondays today tomorrow
    yesterday morning afternoon evening night christmas easter i i'm i've i'll i'd he he's she she's
    they they're we we're we've you you're it it's its his her hers their theirs my mine our ours
    your yours me him them us this that that's these those there there's here the a an and or but if
    so no not none nothing yes ok okay as at by for from in into of off on onto over to up with
    without within about after again all also am any are aren't be because been before being both
    can can't cannot could couldn't did didn't do does doesn't doing don't down during each either
    else every few had hadn't has hasn't have haven't how however is isn't just later like may might
    more most much must neither never next now once one only other otherwise please same seen
    several shall should since some someone somebody nobody anyone everyone still such than then
    thank thanks though through till too two three twice unknown unsure until very was wasn't were
    weren't what whatever when where whether which while who whoever whom whose why will won't would
    wouldn't yet called named said says told tells asked reported rang spoke known names name left
    """.split()  # noqa: SIM905
) - {"will", "may"}


def persons(text: str) -> Iterator[Found]:
    """Names of persons after a title, "called", "named", "known as" or "name is"."""
    done = 0
    for capital in _CAPITAL.finditer(text):
        at = capital.start()
        if at < done or (cue := _CUE.search(text[max(0, at - _BACK) : at])) is None:
            continue
        while (end := _name(text, at, bool(cue["title"]))) is not None:
            yield at, end, NAME
            done = end
            more = None if cue["title"] else _AND.match(text, end)
            if more is None:
                break
            at = more.end()


def _name(text: str, at: int, titled: bool) -> int | None:
    """Where the name that begins here ends; None if no name begins here."""
    end = None
    loud = False
    for count in range(LONGEST):
        word = _WORD.match(text, at)
        if word is None:
            break
        one = word[0]
        if count == 0:
            loud = titled and len(one) > 1 and one.isupper()
        if not _could_be(one, text, word.end(), loud):
            break
        if len(one) > 1:
            end = word.end() - (2 if one[-2:] in ("'s", "’s") else 0)
            if end < word.end():
                break
        gap = _GAP.match(text, word.end())
        if gap is None:
            break
        at = gap.end()
    return end


def _could_be(word: str, text: str, end: int, loud: bool) -> bool:
    """Whether a word could be (part of) somebody's name: a capital, no abbreviation and no common word."""
    if len(word) == 1:  # an initial
        return word.isupper() and (word != "I" or text[end : end + 1] == ".")
    plain = word.casefold().replace("’", "'")
    if not word[0].isupper() or plain in WORDS or plain.removesuffix("'s") in WORDS:
        return False
    if plain in MONTHS and _DIGIT.match(text, end):
        return False
    return loud or not word.isupper()
