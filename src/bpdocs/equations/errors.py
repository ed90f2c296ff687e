"""What may be wrong with an equation: it cannot be read, or it does not fit."""

# Of what an author wrote, a sentence repeats no more than one can read.
LONGEST_SENTENCE = 400


class RefusedError(ValueError):
    """A question that is not one: there is no such model, or the sizes are no small network."""


class UnreadableError(ValueError):
    """What cannot be read: the place in the LaTeX, and a sentence."""

    def __init__(self, message: str, place: int | None = None) -> None:
        is_long = len(message) > LONGEST_SENTENCE
        super().__init__(f"{message[:LONGEST_SENTENCE]} …" if is_long else message)
        self.place = place


class UnreadableClaimError(UnreadableError):
    """A claim inside a sentence that cannot be read."""


class NoAxisError(UnreadableError):
    """An index whose range no axis tells."""


class SizesError(UnreadableError):
    """What can be read, but not evaluated on these sizes: they are too small, or too large."""

    def __init__(self, message: str, place: int, *, is_large: bool) -> None:
        super().__init__(message, place)
        self.is_large = is_large


class NoValueError(UnreadableError):
    """A side without a value, such as the logarithm of a negative number."""


class MismatchError(Exception):
    """Shapes or ranges that do not fit: what is claimed is false."""


class NoEntryError(MismatchError):
    """A numbered entry that an array of this size does not have, though larger ones do."""


class NoLayerError(Exception):
    """A quantity that this layer does not have; `is_inside` if the layer itself exists."""

    def __init__(self, name: str, layer: int, *, is_inside: bool) -> None:
        super().__init__(f"{name} does not exist in layer {layer}")
        self.is_inside = is_inside
