"""Keeps the secrets of gateway and login objects outside of these objects.

Expressions in Odoo's templates can read every attribute of an object that they reach.
No attribute leads to the secrets: only the functions here do.
"""

from weakref import WeakKeyDictionary

# Weak: the secrets of a gateway are dropped together with it.
_KEPT = WeakKeyDictionary()


def keep(owner, *credentials):
    """Store the credentials of `owner` for its lifetime."""
    _KEPT[owner] = credentials


def get(owner):
    """Return the credentials of `owner` as a tuple, in the order given to `keep`."""
    return _KEPT[owner]
