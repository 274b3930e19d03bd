"""What the reader can mend: a sentence that says what and how."""


class Trouble(Exception):
    """Ends the program with the sentence and without a traceback."""
