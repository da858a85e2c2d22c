"""The headers of JDL's calls."""

# The agent is the one JDL's own sample sends.
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json;charset=utf-8",
    "User-Agent": "lop-http/python3",
}
