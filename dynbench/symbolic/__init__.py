"""The symbolic room: safe parsing of model strings, calculus, code generation and enclosures."""
