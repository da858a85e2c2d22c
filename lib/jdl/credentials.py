"""What the calls of an object are signed with, kept out of its reach.

Expressions of templates reach every attribute of an object they get hold of: nothing
leads from a gateway to the secrets it signs with but the functions here.
"""

from weakref import WeakKeyDictionary

_KEPT = WeakKeyDictionary()


def keep(owner, *credentials):
    """Keep what `owner` signs with, for as long as it lives."""
    _KEPT[owner] = credentials


def get(owner):
    """Return what was kept for `owner`."""
    return _KEPT[owner]
