"""Computes and checks JD's signatures, over the exact bytes that are sent."""

import base64
import hashlib
import hmac

_HMAC_DIGESTS = {
    "HMacMD5": "md5",
    "HMacSHA1": "sha1",
    "HMacSHA256": "sha256",
    "HMacSHA512": "sha512",
}

# JDL names these in the `algorithm` parameter; the first is its default.
ALGORITHMS = ("md5-salt", *_HMAC_DIGESTS)


def jdl_call(
    secret, *, algorithm, access_token, app_key, path, body, timestamp, version="2.0"
):
    """Return the signature of a call to JDL's gateway.

    :param path: The part of the address after the host, with the leading slash.
    :param body: The bytes sent, or their text.
    :param timestamp: `yyyy-MM-dd HH:mm:ss` at GMT+8.
    """
    fields = {
        "access_token": access_token,
        "app_key": app_key,
        "method": path,
        "param_json": body,
        "timestamp": timestamp,
        "v": version,
    }
    return _sign(algorithm, secret, fields)


def jdl_refresh(secret, *, app_key, refresh_token, timestamp):
    """Return the signature for renewing a JDL token; JD accepts MD5 only."""
    fields = {
        "app_key": app_key,
        "refresh_token": refresh_token,
        "timestamp": timestamp,
    }
    return _sign("md5-salt", secret, fields)


def message(secret, *, algorithm, app_key, topic, body, timestamp, version="2.0"):
    """Return the signature of a message that JD pushes to us.

    JD's own format is not public: by our convention, a message is signed like a call
    to the gateway, without the token.

    :param body: The raw bytes received.
    """
    fields = {
        "app_key": app_key,
        "method": topic,
        "param_json": body,
        "timestamp": timestamp,
        "v": version,
    }
    return _sign(algorithm, secret, fields)


def is_message_signed(sign, secret, *, algorithm="md5-salt", **fields):
    """Tell whether `sign` is the signature of a pushed message.

    What cannot be checked counts as not signed: without a secret or a signature, or
    with an unknown algorithm.

    :param fields: Those of `message`.
    """
    if not secret or not sign or algorithm not in ALGORITHMS:
        return False
    expected = message(secret, algorithm=algorithm, **fields)
    if algorithm == "md5-salt":
        # JD's samples write the digits in either case.
        expected, sign = expected.lower(), sign.lower()
    # In constant time: how long it takes must not tell how much of it is right.
    return hmac.compare_digest(expected.encode(), sign.encode())


def envelope(key, *, body, timestamp):
    """Return the token of a message in `MessageForm.ENVELOPE`."""
    content = f"{body}{timestamp}{key}".encode(errors="replace")
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def is_envelope_signed(token, key, *, body, timestamp):
    """Tell whether `token` is the signature of a message in `MessageForm.ENVELOPE`.

    :param key: The key agreed with JD; without one, nothing counts as signed.
    :param body: The text of `request_body`, exactly as received.
    """
    if not key or not token:
        return False
    expected = envelope(key, body=body, timestamp=timestamp)
    return hmac.compare_digest(expected.encode(), token.encode(errors="replace"))


def _sign(algorithm, secret, fields):
    """Return the signature of the fields, sorted by name between two secrets.

    :raise ValueError: The algorithm is none of `ALGORITHMS`.
    """
    secret = _to_bytes(secret)
    pairs = (_to_bytes(key) + _to_bytes(value) for key, value in sorted(fields.items()))
    content = secret + b"".join(pairs) + secret
    if algorithm == "md5-salt":
        # JD requires MD5; the flag allows it on systems that forbid it for security.
        return hashlib.md5(content, usedforsecurity=False).hexdigest()
    if algorithm not in _HMAC_DIGESTS:
        raise ValueError(f"JD has no signature algorithm {algorithm!r}")
    digest = hmac.digest(secret, content, _HMAC_DIGESTS[algorithm])
    return base64.b64encode(digest).decode()


def _to_bytes(value):
    return value if isinstance(value, bytes) else value.encode()
