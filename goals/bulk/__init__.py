"""Many sub-goals or updates in one file: a template, a preview by line and column, all or nothing (R13)."""
