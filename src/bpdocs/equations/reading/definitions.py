r"""Names that a page defines by := or introduces by \in, and what takes their place."""

from collections.abc import Mapping
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.letters import free_letters
from bpdocs.equations.notation import INDEX_LETTERS
from bpdocs.equations.reading.context import Context, Definition
from bpdocs.equations.reading.indices import read_indices, read_layer
from bpdocs.equations.reading.parse_tree import (
    Branch,
    base_and_scripts,
    parts_of,
    place_of,
    rule_of,
)

# What definitions stand for is put in their place, so definitions of definitions grow quickly.
MAX_TREE_NODES = 1500
MAX_TREE_DEPTH = 150

_RESERVED = {r"\sigma", "N", "L", "M", r"\delta", "e", "I"}


def key_of(base: Branch) -> str:
    """Return the name by which a symbol is looked up."""
    if rule_of(base) == "hat":
        inner, _ = base_and_scripts(parts_of(base)[0])
        return rf"\hat {inner}"
    return str(base)


def is_new(side: Branch, context: Context) -> bool:
    """Tell whether a side is a symbol that neither the model nor the page has."""
    base, _ = base_and_scripts(side)
    known = {*context.names, *context.definitions, *_RESERVED, *INDEX_LETTERS}
    return rule_of(base) in {"NAME", "hat"} and key_of(base) not in known


def start_definition(side: Branch, context: Context) -> tuple[str, Definition] | None:
    """Return the name that a side defines, without its meaning yet; None if it is taken.

    A name that the model or the page has is not defined anew: := then claims something of it.
    """
    base, scripts = base_and_scripts(side)
    key = key_of(base)
    known = context.definitions.get(key)
    is_taken = known is not None and not isinstance(known.meaning, t.Free)
    is_name = rule_of(base) in {"NAME", "hat"}
    if not is_name or is_taken or key in {*context.names, *_RESERVED}:
        return None
    letter, indices = "", tuple[str, ...]()
    for script in scripts:
        if rule_of(script) == "superscript" and not letter:
            layer, transposes, primes = read_layer(script)
            if transposes or primes or not isinstance(layer, t.Letter):
                raise _not_definable(side)
            letter = layer.name
        elif rule_of(script) == "subscript" and not indices:
            found = read_indices(script)
            indices = tuple(index.name for index in found if isinstance(index, t.Letter))
            if len(set(indices)) < len(found):
                raise _not_definable(side)
        else:
            raise _not_definable(side)
    if key in INDEX_LETTERS:
        raise _not_definable(side)
    return key, Definition(letter, indices, t.Number(0))


def define(key: str, definition: Definition, meaning: t.Node, context: Context) -> None:
    """Take up a definition.

    Raises
    ------
    UnreadableError
        If what it stands for is too large, once earlier definitions are put in, or has a letter
        that the name lacks: under a sum over it, nobody could say what is meant.
    """
    require_small(meaning)
    free = free_letters(meaning) - {definition.layer, *definition.indices}
    if free and not isinstance(meaning, t.Free):
        raise UnreadableError(
            f"the name needs the letters of what it stands for: {', '.join(sorted(free))}",
            meaning.place[0],
        )
    context.definitions[key] = replace(definition, meaning=meaning)


def require_small(meaning: t.Node) -> None:
    """Refuse a tree that definitions have made too large to be evaluated."""
    waiting, count = [(meaning, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        waiting += [(child, depth + 1) for child in node.children]
        count += 1
        if count > MAX_TREE_NODES or depth > MAX_TREE_DEPTH:
            raise UnreadableError(
                f"with its definitions put in, this has more than {MAX_TREE_NODES} symbols, or is "
                "nested too deep",
                meaning.place[0],
            )


def _not_definable(side: Branch) -> UnreadableError:
    return UnreadableError(
        "only an array can be defined, or its entries, with or without a layer", place_of(side)[0]
    )


def substitute(node: t.Node, values: Mapping[str, t.Node]) -> t.Node:
    """Return a tree with index expressions in the place of letters.

    A letter under a sum is renamed where an index of this name would come under the sum.
    """
    if isinstance(node, t.Letter):
        return values.get(node.name, node)
    if not isinstance(node, t.Reduction):
        return node.rebuild(lambda child: substitute(child, values))
    bound = {limit.letter for limit in node.bounds}
    inside = {letter: value for letter, value in values.items() if letter not in bound}
    taken = {n.name for value in inside.values() for n in value.walk() if isinstance(n, t.Letter)}
    used = taken | bound | {n.name for n in node.walk() if isinstance(n, t.Letter)}
    free = iter(sorted(INDEX_LETTERS - used))
    renamed: dict[str, str] = {}
    for letter in sorted(bound & taken):
        name = next(free, None)
        if name is None:
            raise UnreadableError("all index letters are taken here", node.place[0])
        renamed[letter] = name
    inside |= {letter: t.Letter(name) for letter, name in renamed.items()}
    changed = node.rebuild(
        lambda child: substitute(child, values if isinstance(child, t.Bound) else inside)
    )
    limits = tuple(replace(b, letter=renamed.get(b.letter, b.letter)) for b in changed.bounds)
    return replace(changed, bounds=limits)
