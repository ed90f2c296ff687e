"""Which symbol an axis has that is equally long on every network: N_l, N_{l-1}, M."""

from collections.abc import Iterator, Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoLayerError, UnreadableError
from bpdocs.equations.evaluating.counting import Layers, whole_number
from bpdocs.equations.networks.graph import Graph

Length = tuple[Graph, Layers, int]  # as it is on one network, for one choice of the layers


def length_symbol(lengths: Sequence[Length], first_letter: str = "") -> t.Node | None:
    """Return what is as long as an axis wherever it was seen, or None.

    Parameters
    ----------
    lengths : sequence of (Graph, Layers, int)
        The axis on each network and for each choice of the layers.
    first_letter : str
        The layer that is preferred where several would do.
    """
    graph, layers, _ = lengths[0]
    letters = sorted(layers, key=lambda letter: letter != first_letter)
    for symbol in _symbols(letters, graph.n_layers):
        if all(_number(symbol, graph, at) == length for graph, at, length in lengths):
            return symbol
    return None


def symbol_name(symbol: t.Node) -> str:
    """Return a symbol in letters, N_{l-1}."""
    match symbol:
        case t.Size(t.Letter(name) | t.Constant(name)):
            return f"N_{name}"
        case t.Size(t.Number(layer)):
            return f"N_{layer}"
        case t.Size(t.Addition(((_, base), (sign, step)))):
            plain = symbol_name(t.Size(base)).removeprefix("N_")
            return f"N_{{{plain}{'-' if sign < 0 else '+'}{symbol_name(step)}}}"
        case t.Constant():
            return symbol.name
        case t.Number():
            return str(symbol.value)
    raise UnreadableError("a length like this has no name", symbol.place[0])


def _symbols(letters: Sequence[str], n_layers: int) -> Iterator[t.Node]:
    yield t.Number(1)
    layers: list[t.Node] = [*map(t.Letter, letters), t.Constant("L")]
    for layer in layers:
        yield t.Size(layer)
        for far in (1, 2):
            for sign in (-1, 1):
                yield t.Size(t.Addition(((1, layer), (sign, t.Number(far)))))
    yield t.Constant("M")
    for number in range(n_layers + 1):
        yield t.Size(t.Number(number))


def _number(symbol: t.Node, graph: Graph, layers: Layers) -> int | None:
    """Return a length on one network, or None if that has no such layer, or no M."""
    try:
        return whole_number(symbol, graph, layers)
    except (NoLayerError, UnreadableError):
        return None
