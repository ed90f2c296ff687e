r"""Symbols with their scripts: quantities of the network, sizes, ones, Kronecker's delta.

Each function returns the symbol and the scripts that are not its own: of W^{l\,T}_{j,i}, the layer
and the transpose are taken and the subscript is left.
"""

from collections.abc import Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS, NEURON_LETTERS, STEPPED, Name, describe
from bpdocs.equations.reading.context import Context
from bpdocs.equations.reading.definitions import key_of, substitute
from bpdocs.equations.reading.indices import read_index, read_indices, read_layer
from bpdocs.equations.reading.parse_tree import (
    Branch,
    base_and_scripts,
    count_primes,
    items_of,
    parts_of,
    place_of,
    rule_of,
    sides_of,
    unwrap,
)

Place = tuple[int, int]
Symbol = tuple[t.Node, list[Branch]]


def read_symbol(base: Branch, scripts: list[Branch], place: Place, context: Context) -> Symbol:
    """Return what a name with its scripts means, and the scripts that are left."""
    key = key_of(base)
    if rule_of(base) == "hat":
        _, inner = base_and_scripts(parts_of(base)[0])
        scripts = [*inner, *scripts]
    below = rule_of(scripts[0]) if scripts else ""
    if key == r"\sigma":
        return _sigma(scripts, place), []
    if key == "N":
        return _size(base, scripts, place)
    if key == r"\delta" and not _has_layer(scripts):
        return _kronecker(base, scripts, place), []
    if key == "I" and below == "subscript":
        return t.Identity(read_index(parts_of(scripts[0])[-1]), place=place), scripts[1:]
    if key in context.definitions:
        return _defined(key, scripts, place, context)
    if key in context.names:
        return _quantity(context.names[key], key, scripts, place, context)
    if key in {"L", "M"}:
        return t.Constant(key, place=place_of(base)), scripts
    if key in INDEX_LETTERS and not scripts:
        return t.Letter(key, place=place), []
    raise UnreadableError(_unknown(key, context), place_of(base)[0])


def _unknown(key: str, context: Context) -> str:
    plain = key.lstrip("\\")
    if key == "d":
        return r"d is not a name here; a derivative is written with \partial, or \mathrm{d}"
    if key in {"f", "g", r"\phi", r"\varphi"}:
        return rf"{plain} is not a name of this model; the activation is \sigma^l"
    if key in {"J", "E"}:
        return f"{plain} is not a name of this model; the loss is C"
    if key in INDEX_LETTERS:
        return f"{plain} is an index and takes no scripts"
    known = describe(context.names)
    return f"{plain} is not a name of this model; it has {known}. Define others by :="


def _has_layer(scripts: Sequence[Branch]) -> bool:
    above = (script for script in scripts if rule_of(script) == "superscript")
    return any(read_layer(script)[0] is not None for script in above)


def _sigma(scripts: list[Branch], place: Place) -> t.Node:
    layer: t.Node | None = None
    primes = 0
    for script in scripts:
        count = count_primes([script])
        if count is not None:
            primes += count
        elif rule_of(script) == "superscript" and layer is None:
            level, transposes, more = read_layer(script)
            if transposes or level is None:
                raise UnreadableError("a function has no transpose", place_of(script)[0])
            layer, primes = level, primes + more
        else:
            raise UnreadableError(
                r"\sigma takes a layer and primes, nothing else", place_of(script)[0]
            )
    return t.Function(r"\sigma", layer, primes, place=place)


def _size(base: Branch, scripts: list[Branch], place: Place) -> Symbol:
    if not scripts or rule_of(scripts[0]) != "subscript":
        raise UnreadableError("N needs its layer as a subscript", place_of(base)[0])
    return t.Size(read_index(parts_of(scripts[0])[-1]), place=place), scripts[1:]


def _kronecker(base: Branch, scripts: list[Branch], place: Place) -> t.Node:
    is_subscript = bool(scripts) and rule_of(scripts[0]) == "subscript"
    indices = read_indices(scripts[0]) if is_subscript else ()
    if len(indices) != 2 or len(scripts) > 1:
        raise UnreadableError(
            r"\delta takes a layer, or two subscripts as Kronecker's", place_of(base)[0]
        )
    return t.Kronecker(*indices, place=place)


def read_constant_column(base: Branch, scripts: list[Branch], place: Place) -> Symbol:
    r"""Return \mathbf{1}_{M}, \mathbf{0}_{M}, or the indicator \mathbf{1}_{j = k}."""
    if not scripts or rule_of(scripts[0]) != "subscript":
        raise UnreadableError(
            r"a column of ones needs its length: \mathbf{1}_{M}", place_of(base)[0]
        )
    inside = items_of(parts_of(scripts[0])[-1])
    if len(inside) == 1 and rule_of(unwrap(inside[0])) == "set":
        inside = items_of(unwrap(inside[0]))
    is_zero = str(base) == "0"
    if len(inside) == 1 and rule_of(inside[0]) == "chain" and not is_zero:
        return read_indicator(inside[0]), scripts[1:]
    length = read_index(parts_of(scripts[0])[-1])
    return (t.Zeros if is_zero else t.Ones)(length, place=place), scripts[1:]


def read_indicator(relation: Branch) -> t.Node:
    r"""Return \mathbf{1}[j = k]."""
    sides, relations = sides_of(relation)
    place = place_of(relation)
    if [rule_of(sign) for sign in relations] != ["EQUALS"]:
        raise UnreadableError("an indicator is read of one equality of indices", place[0])
    first, second = (read_index(side) for side in sides)
    return t.Kronecker(first, second, place=place)


def _quantity(
    name: Name, key: str, scripts: list[Branch], place: Place, context: Context
) -> Symbol:
    layer, transposes, rest = _take_layer(name, key, scripts, place)
    quantity = t.Quantity(name.node, layer, place=place)
    node: t.Node = quantity
    if name.kind in {"column", "error column"}:
        node, rest = _column(name, key, node, rest, place)
    elif name.node == "C" and rest and rule_of(rest[0]) == "subscript":
        node = t.Quantity("C_m", place=place)
    elif rest and (step := _step(name, quantity, rest, context)):
        node, rest = step, rest[1:]
    for _ in range(transposes):
        node = t.Transpose(node, place=place)
    return node, rest


def _step(
    name: Name, quantity: t.Quantity, rest: Sequence[Branch], context: Context
) -> t.Node | None:
    """Return a parameter before or after a step of training: W^l_t, W^l_{t+1}."""
    trains = r"\eta" in context.names
    if not trains or name.node not in STEPPED or rule_of(rest[0]) != "subscript":
        return None
    step = read_indices(rest[0])
    now = t.Letter("t")
    if step == (now,):
        return replace(quantity, is_old=True)
    if step == (t.Addition(((1, now), (1, t.Number(1)))),):
        return replace(quantity, name=f"{name.node}_new")
    if any(now in index.walk() for index in step):
        raise UnreadableError("the steps are called t and t+1", place_of(rest[0])[0])
    return None


def _take_layer(
    name: Name, key: str, scripts: Sequence[Branch], place: Place
) -> tuple[t.Node | None, int, list[Branch]]:
    layer: t.Node | None = None
    transposes = 0
    rest: list[Branch] = []
    for script in scripts:
        if name.is_layered and layer is None and rule_of(script) == "superscript":
            found, more, primes = read_layer(script)
            if primes:
                raise UnreadableError("a prime stands on an array", place_of(script)[0])
            if found is None:
                rest.append(script)
            else:
                layer = found
                transposes += more
        else:
            rest.append(script)
    if name.is_layered and layer is None:
        raise UnreadableError(f"{key.lstrip(chr(92))} needs its layer as a superscript", place[0])
    if name.fixed_layer:
        layer = t.Number(0) if name.fixed_layer == "0" else t.Constant("L")
    return layer, transposes, rest


def _take_subscript(rest: list[Branch]) -> tuple[Branch | None, list[Branch]]:
    at = next((n for n, script in enumerate(rest) if rule_of(script) == "subscript"), None)
    return (None, rest) if at is None else (rest[at], [*rest[:at], *rest[at + 1 :]])


def _column(name: Name, key: str, node: t.Node, scripts: list[Branch], place: Place) -> Symbol:
    subscript, rest = _take_subscript(scripts)
    short = key.lstrip("\\")
    if subscript is None:
        raise UnreadableError(
            f"{short} needs its sample as a subscript; for one sample alone use the model "
            "single_sample",
            place[0],
        )
    indices = read_indices(subscript)
    if len(indices) == 1 and getattr(indices[0], "name", "") in NEURON_LETTERS:
        raise UnreadableError(
            f"{short} has a neuron's index but no sample; for one sample alone use the model "
            "single_sample",
            place_of(subscript)[0],
        )
    whole = (t.Whole(),) if len(indices) == 1 else ()
    node = t.Element(node, (*whole, *indices), place=place)
    if name.kind == "error column":
        node = t.Product("", t.Constant("M", place=place), node, place=place)
    return node, rest


def _defined(key: str, scripts: list[Branch], place: Place, context: Context) -> Symbol:
    definition = context.definitions[key]
    name = Name(key, is_layered=bool(definition.layer))
    layer, transposes, rest = _take_layer(name, key, scripts, place)
    values: dict[str, t.Node] = {} if layer is None else {definition.layer: layer}
    if definition.indices:
        subscript, rest = _take_subscript(rest)
        indices = () if subscript is None else read_indices(subscript)
        if len(indices) != len(definition.indices) or t.Whole() in indices:
            raise UnreadableError(
                f"{key.lstrip(chr(92))} is defined by its entries and needs "
                f"{len(definition.indices)} of its indices here",
                place[0],
            )
        values |= dict(zip(definition.indices, indices, strict=True))
    node = substitute(definition.meaning, values)
    for _ in range(transposes):
        node = t.Transpose(node)
    return replace(node, place=place), rest
