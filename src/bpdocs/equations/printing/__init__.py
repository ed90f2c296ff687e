"""A typed tree as LaTeX, as NumPy, and as the shapes of its symbols."""
