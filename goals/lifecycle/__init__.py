"""What people do with sub-goals and updates: steps that check rights, state and version and leave a trace.

Every function takes the person as `by` and the version the person has seen. A step that changes what the
public sees moves the roll-up in the same transaction.
"""
