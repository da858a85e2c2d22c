"""JD's signature recipes, written down a second time on purpose.

The addon has its own; that the two agree is what makes the sandbox a witness.
Everything is bytes: the body is signed exactly as it travelled.
"""

import base64
import hashlib
import hmac

DIGESTS = {
    "HMacMD5": hashlib.md5,
    "HMacSHA1": hashlib.sha1,
    "HMacSHA256": hashlib.sha256,
    "HMacSHA512": hashlib.sha512,
}
ALGORITHMS = ("md5-salt", *DIGESTS)


def sign(secret, pairs, algorithm="md5-salt"):
    """Return the signature over ``pairs``, an ordered list of (name, value)."""
    key = secret.encode()
    content = key + b"".join(_bytes(n) + _bytes(v) for n, v in pairs) + key
    if algorithm == "md5-salt":
        return hashlib.md5(content).hexdigest()
    digest = hmac.new(key, content, DIGESTS[algorithm]).digest()
    return base64.b64encode(digest).decode()


def sign_call(secret, query, path, body):
    """Return the signature a gateway call with this ``query`` must carry."""
    pairs = [
        ("access_token", query["access_token"]),
        ("app_key", query["app_key"]),
        ("method", path),
        ("param_json", body),
        ("timestamp", query["timestamp"]),
        ("v", query["v"]),
    ]
    return sign(secret, pairs, query.get("algorithm") or "md5-salt")


def sign_refresh(secret, app_key, refresh_token, timestamp):
    pairs = [
        ("app_key", app_key),
        ("refresh_token", refresh_token),
        ("timestamp", timestamp),
    ]
    return sign(secret, pairs)


def sign_message(secret, query, body):
    """Return the signature of a push [U]: the gateway's recipe without a token."""
    pairs = [
        ("app_key", query["app_key"]),
        ("method", query["method"]),
        ("param_json", body),
        ("timestamp", query["timestamp"]),
        ("v", query["v"]),
    ]
    return sign(secret, pairs, query["algorithm"])


def sign_envelope(key, body, timestamp):
    """Return the ``token`` of a push in an envelope, over the raw text of its body."""
    return hashlib.md5(f"{body}{timestamp}{key}".encode()).hexdigest()


def same(given, expected, algorithm="md5-salt"):
    """Compare in constant time; JD's own SDKs differ in the case of the hex digits."""
    if algorithm == "md5-salt":
        given, expected = given.lower(), expected.lower()
    return hmac.compare_digest(given.encode(), expected.encode())


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()
