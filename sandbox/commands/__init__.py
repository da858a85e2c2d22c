"""The commands of the control API, by who would give them at JD."""


def register(shelf):
    """Return a decorator that puts functions on ``shelf`` by their names."""

    def put(function):
        shelf[function.__name__] = function
        return function

    return put
