"""Stores APP SECRETs and tokens, encrypted, in a table without a model.

`put` stores a value and `get` returns it. They are functions, because expressions in
templates and server actions can read every field and call every method of a record.
Values are encrypted with a key from outside the database. They can be read only at the
place where they were stored, this database on this server: a copy cannot use them.
"""

import logging
import os
from functools import cache
from weakref import WeakKeyDictionary

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.exceptions import UserError
from odoo.tools import SQL, config

_logger = logging.getLogger(__name__)

OPTION = "jd_encryption_key"
VARIABLE = "JD_ENCRYPTION_KEY"
# The tables whose records have secrets; a secret is deleted with its record.
OWNERS = ("jd_application", "jd_connector", "res_config_settings")
_ENCRYPTED, _CLEAR = "fernet:", "clear:"
# Connection to PostgreSQL → its database, which never changes.
_DATABASES = WeakKeyDictionary()


class VaultError(Exception):
    """A stored value cannot be used at present."""


class Moved(VaultError):
    """It was stored elsewhere: this database is a copy, or was moved or restored."""


class Unreadable(VaultError):
    """It was encrypted with a key that is no longer configured."""


class BadKey(VaultError):
    """The configured encryption key is not valid."""


# === THE TABLE === #


def create_table(cr):
    """Create the table; the tables in OWNERS must exist."""
    columns = [
        SQL(
            "%s INTEGER REFERENCES %s ON DELETE CASCADE, UNIQUE (%s, name)",
            SQL.identifier(f"{owner}_id"),
            SQL.identifier(owner),
            SQL.identifier(f"{owner}_id"),
        )
        for owner in OWNERS
    ]
    cr.execute(
        SQL(
            """CREATE TABLE IF NOT EXISTS jd_vault (
                name VARCHAR NOT NULL,
                value VARCHAR NOT NULL,
                place VARCHAR NOT NULL,
                %s
            )""",
            SQL(", ").join(columns),
        )
    )


def drop_table(cr):
    cr.execute("DROP TABLE IF EXISTS jd_vault")


# === IN AND OUT === #


def put(record, **values):
    """Store values of a record by name; an empty value is removed.

    :raise UserError: The configured encryption key is not valid.
    """
    record.ensure_one()
    for name, text in values.items():
        if text:
            _insert(record, name, text)
        else:
            record.env.cr.execute(
                SQL(
                    "DELETE FROM jd_vault WHERE %s = %s AND name = %s",
                    _get_owner(record),
                    record.id,
                    name,
                )
            )


def get(record, name):
    """Return a stored value of a record; empty where there is none.

    :raise VaultError: It cannot be used; the class says why.
    """
    for _record_id, value, place in _select(record, name):
        if place != get_place(record.env):
            raise Moved
        return _decrypt(value)
    return ""


def find_problems(records, name):
    """Return record id → the `VaultError` class of its value, None if it can be used.

    Records without a value are left out.
    """
    here = get_place(records.env)
    return {
        record_id: Moved if place != here else _find_problem(value)
        for record_id, value, place in _select(records, name)
    }


def _get_owner(records):
    return SQL.identifier(f"{records._table}_id")


def _insert(record, name, text):
    try:
        value = _encrypt(text)
    except BadKey as exc:
        raise UserError(
            record.env._(
                "The %(option)s in Odoo's configuration is not an encryption key. "
                "Ask your Odoo administrator to correct it.",
                option=OPTION,
            )
        ) from exc
    record.env.cr.execute(
        SQL(
            """INSERT INTO jd_vault (%(owner)s, name, value, place)
               VALUES (%(id)s, %(name)s, %(value)s, %(place)s)
               ON CONFLICT (%(owner)s, name)
               DO UPDATE SET value = EXCLUDED.value, place = EXCLUDED.place""",
            owner=_get_owner(record),
            id=record.id,
            name=name,
            value=value,
            place=get_place(record.env),
        )
    )


def _select(records, name):
    """Return (record id, value, place) of the records that have such a value."""
    if not records.ids:
        return []
    return records.env.execute_query(
        SQL(
            "SELECT %(owner)s, value, place FROM jd_vault"
            " WHERE %(owner)s IN %(ids)s AND name = %(name)s",
            owner=_get_owner(records),
            ids=tuple(records.ids),
            name=name,
        )
    )


# === THE PLACE === #


def get_place(env):
    """Return a text that identifies this database on this server.

    A copy, a backup restored as a new database and a database moved to another server
    have other ones.
    """
    connection = env.cr.connection
    if connection not in _DATABASES:
        _DATABASES[connection] = _ask_database(env)
    # sudo: system parameters are closed to users.
    uuid = env["ir.config_parameter"].sudo().get_param("database.uuid")
    return f"{uuid}/{_DATABASES[connection]}"


def _ask_database(env):
    """Return PostgreSQL's ids of the server and the database."""
    # Some hosts do not let everybody read the server's id: then it stays empty.
    [[database, may_ask]] = env.execute_query(
        SQL(
            """SELECT oid, has_function_privilege('pg_control_system()', 'execute')
                 FROM pg_database
                WHERE datname = current_database()"""
        )
    )
    server = ""
    if may_ask:
        [[server]] = env.execute_query(
            SQL("SELECT system_identifier FROM pg_control_system()")
        )
    return f"{server}/{database}"


def adopt_moved(env):
    """Make all values stored elsewhere usable here."""
    env.cr.execute("UPDATE jd_vault SET place = %s", [get_place(env)])


def forget_moved(env):
    """Delete all values stored elsewhere."""
    env.cr.execute("DELETE FROM jd_vault WHERE place != %s", [get_place(env)])


# === THE KEYS === #


def has_key():
    """Tell whether a key is configured, so that values are encrypted.

    :raise BadKey: The configured key is not valid.
    """
    return bool(_get_keys())


def count_clear(env):
    """Return how many values are stored unencrypted."""
    [[count]] = env.execute_query(
        SQL("SELECT count(*) FROM jd_vault WHERE value LIKE %s", f"{_CLEAR}%")
    )
    return count


def rotate(env):
    """Encrypt all values with the first configured key; return how many.

    Values that cannot be decrypted stay as they are.
    """
    rows = env.execute_query(SQL("SELECT ctid, value FROM jd_vault FOR UPDATE"))
    readable = [
        (row, _decrypt(value)) for row, value in rows if not _find_problem(value)
    ]
    for row, text in readable:
        env.cr.execute(
            "UPDATE jd_vault SET value = %s WHERE ctid = %s", [_encrypt(text), row]
        )
    return len(readable)


def _encrypt(text):
    keys = _get_keys()
    if not keys:
        _warn_of_clear_text()
        return _CLEAR + text
    return _ENCRYPTED + keys.encrypt(text.encode()).decode()


def _decrypt(value):
    if value.startswith(_CLEAR):
        return value.removeprefix(_CLEAR)
    keys = _get_keys()
    if not keys:
        raise Unreadable
    try:
        return keys.decrypt(value.removeprefix(_ENCRYPTED)).decode()
    except InvalidToken:
        raise Unreadable from None


def _find_problem(value):
    """Return the `VaultError` class raised by decrypting a value, or None."""
    try:
        _decrypt(value)
    except VaultError as error:
        return type(error)
    return None


def _get_keys():
    """Return the configured keys; the first one encrypts, all of them decrypt.

    :raise BadKey: One of them is not a valid key.
    """
    keys = list(filter(None, map(str.strip, _get_key_text().split(","))))
    try:
        return MultiFernet(list(map(Fernet, keys))) if keys else None
    except ValueError:
        raise BadKey from None


def _get_key_text():
    return os.environ.get(VARIABLE) or config.get(OPTION) or ""


@cache
def _warn_of_clear_text():
    _logger.warning(
        "JD's APP SECRETs and tokens are stored in clear: no %s is configured", OPTION
    )
