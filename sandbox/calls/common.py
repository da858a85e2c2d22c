"""What several calls need."""


def listed(value):
    """Return the values of one of JD's comma separated members."""
    return [part for part in (value or "").split(",") if part]


def present(members):
    """Drop the members JD would leave out because there is nothing to say."""
    return {name: value for name, value in members.items() if value not in (None, "")}
