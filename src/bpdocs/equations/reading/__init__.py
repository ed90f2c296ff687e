"""LaTeX to a typed tree: tokens, a parse tree, and what its symbols mean."""
