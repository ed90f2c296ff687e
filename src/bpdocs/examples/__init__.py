"""Examples of pages and docstrings: read from text, run with the meaning of the prompt, compared."""
