"""What may be wrong with a request, whoever sends it."""


class Unknown(LookupError):
    """Nothing of that name is in the books."""


class Denied(Exception):
    """JD's gateway or token address says no: a code and a text."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.text = text


class Refusal(Exception):
    """A call of JD's says no: a business code, a message of at most 100 characters."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message[:100]
