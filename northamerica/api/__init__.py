"""What every endpoint under /api/v1/ has in common; the endpoints themselves live in the rooms.

The rooms import nothing from here: the settings name these classes by their dotted path, and urls.py wraps
the rooms' views on their way out.
"""
