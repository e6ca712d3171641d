"""Charts drawn on the server as small SVG documents from plain values.

Nothing here knows Django, the clock or a language: callers hand in numbers with every visible
text already formatted, and get back a string that is the same for the same input, byte for byte.
"""
