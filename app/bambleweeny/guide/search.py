"""The search over the guide: an index of words, and what a query finds."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cache
from html import escape
from typing import NamedTuple

from bambleweeny.guide.markdown import Section, sections_of
from bambleweeny.guide.pages import Page, contents

LONGEST_QUERY = 100
_MOST_WORDS = 8
_MOST_FOUND = 20
_AROUND = 90
_LONG = 4
_WORD = re.compile(r"[a-z0-9]+")
_IN_TITLE = 10
_IN_TEXT = 5
"""How often a word is counted at most in a section's text."""


class Found(NamedTuple):
    """A section that has words of a query; `excerpt` is HTML with the words marked."""

    page: Page
    anchor: str
    title: str
    excerpt: str


class _Index(NamedTuple):
    sections: list[tuple[Page, Section]]
    words: list[str]
    weights: dict[str, dict[int, int]]


def search(query: str) -> list[Found]:
    """Find up to 20 sections that have words which begin with those of the query, best first.

    If no section has all of the words, it finds those that have most of the words with at least
    four letters.
    """
    words = list(dict.fromkeys(_WORD.findall(query.lower())))[:_MOST_WORDS]
    if not words:
        return []
    index = _index()
    scores = {word: _scores(index, word) for word in words}
    best = set.intersection(*map(set, scores.values()))
    if not best:
        counts = Counter(at for word in words if len(word) >= _LONG for at in scores[word])
        best = {at for at, count in counts.items() if count == max(counts.values())}
    ranked = sorted(best, key=lambda at: (-sum(score[at] for score in scores.values()), at))
    return [_found(*index.sections[at], words) for at in ranked[:_MOST_FOUND]]


def _scores(index: _Index, start: str) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    at = bisect_left(index.words, start)
    while at < len(index.words) and index.words[at].startswith(start):
        exact = 2 if index.words[at] == start else 1
        for section, weight in index.weights[index.words[at]].items():
            found[section] += weight * exact
        at += 1
    return found


@cache
def _index() -> _Index:
    sections = [(page, part) for page in contents().values() for part in sections_of(page.text)]
    weights: dict[str, dict[int, int]] = defaultdict(dict)
    for at, (page, part) in enumerate(sections):
        counts = Counter({
            word: min(n, _IN_TEXT) for word, n in Counter(_WORD.findall(part.text.lower())).items()
        })  # fmt: skip
        for word in _WORD.findall(part.title.lower()):
            counts[word] += _IN_TITLE
        if not part.anchor:
            for word in _WORD.findall(f"{page.name} {page.summary}".lower()):
                counts[word] += _IN_TITLE
        for word, count in counts.items():
            weights[word][at] = count
    return _Index(sections, sorted(weights), dict(weights))


def _found(page: Page, part: Section, words: list[str]) -> Found:
    marks = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, words))})[a-z0-9]*", re.I)
    first = marks.search(part.text)
    start = max(first.start() - _AROUND, 0) if first else 0
    cut = part.text[start : start + 2 * _AROUND + 40]
    if start:
        cut = "…" + cut.partition(" ")[2]
    if start + 2 * _AROUND + 40 < len(part.text):
        cut = cut.rpartition(" ")[0] + "…"
    excerpt, at = "", 0
    for match in marks.finditer(cut):
        excerpt += f"{escape(cut[at : match.start()])}<mark>{escape(match[0])}</mark>"
        at = match.end()
    return Found(page, part.anchor, part.title, excerpt + escape(cut[at:]))
