r"""Conditions of a line: what restricts a statement, and the ranges of its letters."""

from collections.abc import Sequence

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS
from bpdocs.equations.reading.comparisons import (
    comparison_sign,
    is_tuple,
    read_comparison,
    read_tuples,
)
from bpdocs.equations.reading.context import Context
from bpdocs.equations.reading.indices import is_index, read_index
from bpdocs.equations.reading.joining import join
from bpdocs.equations.reading.line_parts import Part, parts_of_line, require_nothing_open
from bpdocs.equations.reading.parse_tree import Branch, parts_of, rule_of, unwrap
from bpdocs.equations.reading.ranges import difference, read_range, read_set


def is_condition(part: Part, context: Context) -> bool:
    """Tell whether a part is a relation of indices, or of sizes alone by an inequality."""
    inside = _inside(part)
    if inside is not None:
        return all(is_condition(inner, context) for inner in inside)
    return _is_relation(part, context)


def _is_relation(part: Part, context: Context) -> bool:
    if part.leading or not part.relations:
        return False
    kinds = {rule_of(relation) for relation in part.relations}
    if kinds == {"IN"} and rule_of(part.sides[-1]) == "set":
        return True
    if kinds <= {"EQUALS", "COMPARE"} and len(part.sides) == 2 and all(map(is_tuple, part.sides)):
        return True
    if not kinds <= {"EQUALS", "COMPARE"} or not all(map(is_index, part.sides)):
        return False
    return has_letter(part, context) or kinds == {"COMPARE"}


def is_equality_of_sizes(part: Part, context: Context) -> bool:
    """Tell whether a part equates numbers of layers, neurons or samples: M = 6, N_l = M."""
    is_equality = bool(part.relations) and {rule_of(r) for r in part.relations} == {"EQUALS"}
    plain = is_equality and not part.leading and all(map(is_index, part.sides))
    return plain and not has_letter(part, context)


def has_letter(part: Part, context: Context) -> bool:
    """Tell whether an index letter that counts elements or layers stands in a relation."""
    names = {*context.names, *context.definitions}
    return any(_counts(side, names) for side in part.sides)


def _counts(branch: Branch, names: set[str]) -> bool:
    """Tell whether a letter stands in an index expression, other than as the layer of a size."""
    if isinstance(branch, Token):
        return str(branch) in INDEX_LETTERS - names
    is_size = rule_of(branch) == "scripted" and str(parts_of(branch)[0]) == "N"
    return not is_size and any(_counts(part, names) for part in parts_of(branch))


def read_block(parts: Sequence[Part], at: int, context: Context) -> tuple[list[t.Condition], int]:
    """Return the conditions that stand one behind the other, and where the line goes on.

    Returns
    -------
    (list of Condition, int)
        All of them hold. Letters behind "for all" say nothing more and are passed over.
    """
    terms: list[tuple[frozenset[str], list[t.Condition]]] = []
    while at < len(parts):
        conditions, after = _read_term(parts, at, context)
        if after == at:
            break
        terms.append((parts[at].roles, conditions))
        at = after
    return join(terms, parts[at - 1].place), at


def _read_term(parts: Sequence[Part], at: int, context: Context) -> tuple[list[t.Condition], int]:
    """Return one condition, or that of several letters; nothing read if none begins here."""
    part = parts[at]
    if (inside := _inside(part)) and any(is_condition(inner, context) for inner in inside):
        conditions, end = read_block(inside, 0, context)
        if end < len(inside):
            raise UnreadableError("this belongs to no condition", inside[end].place[0])
        return conditions, at + 1
    letters: list[Part] = []
    while at < len(parts) and parts[at].letter and (not letters or _is_plain(parts[at])):
        letters.append(parts[at])
        at += 1
    is_plain = not letters or (at < len(parts) and _is_plain(parts[at]))
    if at < len(parts) and is_plain and _is_relation(parts[at], context):
        return _read_relation(letters, parts, at)
    if letters and letters[0].roles & {"all", "for"}:
        return [], at  # for all j, m
    return [], at - len(letters)


def _is_plain(part: Part) -> bool:
    return part.roles <= {",", "and", "stop"}


def _inside(part: Part) -> list[Part] | None:
    r"""Return the parts of a condition in brackets, (1 \le l < L) or (l = 1, \dots, L)."""
    if part.leading or part.relations or rule_of(part.sides[0]) not in {"paren", "bracket"}:
        return None
    found, trailing = parts_of_line(parts_of(part.sides[0])[0])
    if not any(inner.relations for inner in found):
        return None
    require_nothing_open(trailing, part.place[1])
    return found


def _read_relation(
    letters: list[Part], parts: Sequence[Part], at: int
) -> tuple[list[t.Condition], int]:
    """Return a relation with the letters before it and the rest of its range behind it."""
    part = parts[at]
    names = [letter.letter for letter in letters if letter.letter]
    if is_tuple(part.sides[0]):
        return [read_tuples(part.sides, part.relations)], at + 1
    entries, after = _range_entries(parts, at)
    if entries or rule_of(part.sides[-1]) == "set":
        indices = [*names, *(read_index(side) for side in part.sides[:-1])]
        if {rule_of(relation) for relation in part.relations} == {"COMPARE"}:
            raise UnreadableError(r"a range is written l = 1, \dots, L", part.place[0])
        if entries:
            own = indices[len(names) :]
            equal = [t.Comparison(tuple(own), ("=",) * (len(own) - 1))] if len(own) > 1 else []
            return [*equal, *(read_range(n, entries, part.place) for n in indices)], after
        return [read_set(part.sides[-1], index, part.place) for index in indices], at + 1
    if spread := _spread(parts, at):
        return spread
    relation = read_comparison(part.sides, part.relations)
    if not names:
        return [relation], at + 1
    if all(sign in {"<", "<=", ">", ">="} for sign in relation.relations):
        # j, k \le N_l says it of both
        others = [t.Comparison((name, *relation.sides[1:]), relation.relations) for name in names]
        return [*others, relation], at + 1
    if letters[0].roles & {"all", "for"}:
        return [relation], at + 1  # for all j, n \ne m
    raise UnreadableError(
        "it can be read in two ways whether this is said of one letter or of all", part.place[0]
    )


def _range_entries(parts: Sequence[Part], at: int) -> tuple[list[Branch], int]:
    r"""Return what is listed in l = 1, 2, \dots, L: it ends with the first index behind dots."""
    entries = [parts[at].sides[-1]]
    for after in range(at + 1, len(parts)):
        part = parts[after]
        if not (_is_entry(part) or (part.is_dots and part.roles == {","})):
            break
        entries.append(part.sides[0])
        if rule_of(unwrap(entries[-2])) == "DOTS":
            end = _end_of_tail(parts, after)
            return [*entries[:-1], parts[end - 1].sides[0]], end
    return [], at


def _end_of_tail(parts: Sequence[Part], at: int) -> int:
    r"""Return where a range ends whose last entries are written out: L-1, \dots, 2, 1.

    What follows its last entry may also begin another range or belong to nothing, so the tail has
    to go on in the steps of the range.
    """
    while at + 1 < len(parts) and _is_entry(parts[at + 1]) and not parts[at + 1].letter:
        step = difference(read_index(parts[at + 1].sides[0]), read_index(parts[at].sides[0]))
        if step not in {1, -1}:
            break
        at += 1
    return at + 1


def _is_entry(part: Part) -> bool:
    is_plain = not (part.leading or part.relations or part.is_dots) and part.roles == {","}
    return is_plain and is_index(part.sides[0])


def _spread(parts: Sequence[Part], at: int) -> tuple[list[t.Condition], int] | None:
    r"""Return the conditions of 1 \le j, k \le N_l, which says both of both letters."""
    first = parts[at]
    end = at + 1
    while end < len(parts) and parts[end].letter and parts[end].roles == {","}:
        end += 1
    if end == len(parts) or parts[end].roles != {","}:
        return None
    last = parts[end]
    is_open = [len(first.relations), len(last.relations)] == [1, 1] and all(
        comparison_sign(str(part.relations[0])) in {"<", "<="} for part in (first, last)
    )
    low, *letters = (read_index(s) for s in first.sides) if is_open else (None,)
    letters += [part.letter for part in parts[at + 1 : end] if part.letter]
    if not is_open or low is None or not is_index(last.sides[0]):
        return None
    letters.append(read_index(last.sides[0]))
    high = read_index(last.sides[1])
    if not all(isinstance(letter, t.Letter) for letter in letters) or isinstance(low, t.Letter):
        return None
    signs = tuple(comparison_sign(str(part.relations[0])) for part in (first, last))
    return [t.Comparison((low, letter, high), signs) for letter in letters], end + 1
