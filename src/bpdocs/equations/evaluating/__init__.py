"""A typed tree to numbers: letters, shapes, values, and whether a claim is true."""
