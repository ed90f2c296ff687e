"""Examples of pages and docstrings: read from text, run as at the prompt, compared."""
