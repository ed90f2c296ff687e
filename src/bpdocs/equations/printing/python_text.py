"""Python text that knows where it needs brackets."""

from dataclasses import dataclass

# How tightly Python holds an expression together.
SUM, TIMES, MATRIX, POWER, ATOM = range(5)


@dataclass(frozen=True)
class Text:
    """An expression with its level."""

    text: str
    level: int = ATOM

    def inside(self, *allowed: int) -> str:
        """Return the text, in brackets unless its level is allowed or it is an atom."""
        return self.text if self.level in (*allowed, ATOM) else f"({self.text})"
