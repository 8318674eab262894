"""Reading a text by patterns: words, words that belong together, and words around them that deny what they say.

`a;b` is a or b; `a+b` both, in any order and near each other; `a/b+c` c with one of a and b. In a denial `~` stands
for the words that were found, so that `没有~` denies them where it stands right before; a denial without `~` denies
what shares its clause.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FOUND = "~"
LONGEST_CLAUSE = 60
CLAUSE_END = re.compile(r"[,、:;!?。…\s]+")
SPACED_OUT = re.compile(r"(?<=(?<![一-鿿])[一-鿿])[ \t]+(?=[一-鿿](?![一-鿿]))")

Span = tuple[int, int]
Parts = tuple[tuple[str, ...], ...]


def plain(text: str) -> str:
    """The text with one form for each sign: widths and cases do not count, nor blanks between single characters."""
    return SPACED_OUT.sub("", unicodedata.normalize("NFKC", text).lower())


@dataclass(frozen=True)
class Pattern:
    """Alternatives of parts that must all be there; a part is a choice of words."""

    alternatives: tuple[Parts, ...]

    def is_in(self, text: str) -> bool:
        return any(_all_in(text, parts) for parts in self.alternatives)

    def spans(self, text: str, within: int) -> Iterator[Span]:
        """Where the pattern stands, as (start, end); parts must lie in at most `within` characters."""
        for parts in self.alternatives:
            if _all_in(text, parts):
                yield from _together([_occurrences(text, part) for part in parts], within)


def pattern(words: str) -> Pattern:
    """The pattern of a cell. Raises ValueError when a part of it is empty."""
    alternatives = tuple(
        tuple(tuple(_filled(word) for word in part.split("/")) for part in alternative.split("+"))
        for alternative in plain(words).split(";")
    )
    return Pattern(alternatives)


def _filled(word: str) -> str:
    if not word.strip():
        raise ValueError("an empty word would be found everywhere")
    return word.strip()


def _all_in(text: str, parts: Parts) -> bool:
    # Plain loops: this decides about hundreds of patterns for every text, and most fail at their first part.
    for part in parts:
        for word in part:
            if word in text:
                break
        else:
            return False
    return True


def _occurrences(text: str, words: Sequence[str]) -> list[Span]:
    return sorted(span for word in words for span in _places(text, word))


def _places(text: str, word: str) -> Iterator[Span]:
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


def _together(found: list[list[Span]], within: int) -> Iterator[Span]:
    first, *others = found
    for span in first:
        near = [span, *(_nearest(span, other) for other in others)]
        start, end = min(one[0] for one in near), max(one[1] for one in near)
        if not others or end - start <= within:
            yield start, end


def _nearest(span: Span, others: list[Span]) -> Span:
    at = bisect_left(others, span)
    return min(others[max(at - 1, 0) : at + 1], key=lambda other: max(other[0] - span[1], span[0] - other[1]))


@dataclass(frozen=True)
class Denial:
    """Words before and after what was found, or somewhere in its clause."""

    before: tuple[tuple[str, str], ...]
    in_clause: Pattern | None

    def holds(self, text: str, span: Span) -> bool:
        start, end = span
        around = (text.endswith(left, 0, start) and text.startswith(right, end) for left, right in self.before)
        return any(around) or (self.in_clause is not None and self.in_clause.is_in(_clause(text, span)))


def denial(words: str) -> Denial:
    """The denial of a cell. Raises ValueError when a part of it is empty or says nothing but `~`."""
    alternatives = [_filled(alternative) for alternative in plain(words).split(";")]
    around = [alternative.partition(FOUND)[::2] for alternative in alternatives if FOUND in alternative]
    if ("", "") in around or any(sign in part for parts in around for part in parts for sign in "+/~"):
        raise ValueError("words around what was found stand as they are")
    rest = ";".join(alternative for alternative in alternatives if FOUND not in alternative)
    return Denial(tuple(around), pattern(rest) if rest else None)


def _clause(text: str, span: Span) -> str:
    """The span with what stands before and after it up to the next sign; nobody speaks longer in one breath."""
    start, end = span
    before, after = text[max(0, start - LONGEST_CLAUSE) : start], text[end : end + LONGEST_CLAUSE]
    return CLAUSE_END.split(before)[-1] + text[start:end] + CLAUSE_END.split(after, maxsplit=1)[0]
