"""What a graph is: dtypes, shapes, operations, op declarations, conversion, errors, messages."""
