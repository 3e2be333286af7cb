"""How secrets are kept: passwords hashed, tokens hashed, connection secrets encrypted.

The encryption key lives in a file beside the database, never inside it.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import os
import secrets
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.low_level import ARGON2_VERSION
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

KEY_FILE = "secret.key"
KEY_BYTES = 32
_NONCE_BYTES = 12
_HASHER = PasswordHasher()


def _nobodys_hash() -> str:
    """A hash that no password has. Put together from chance, because working one out would take
    a tenth of a second of every start; comparing with it takes as long as with any other."""
    salt, digest = (
        base64.b64encode(os.urandom(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


_NOBODYS_HASH = _nobodys_hash()


class CannotDecrypt(Exception):
    """A stored secret does not belong to this key or this row."""


def hash_password(password: str) -> str:
    """An argon2id hash with the library's recommended costs."""
    return _HASHER.hash(password)


def password_matches(stored_hash: str | None, password: str) -> bool:
    """Whether the password is right. None (nobody) takes as long as a wrong password."""
    try:
        return _HASHER.verify(stored_hash or _NOBODYS_HASH, password) and stored_hash is not None
    except VerificationError:
        return False


@cache
def _common_passwords() -> frozenset[str]:
    # Read when a password is chosen, not at start-up: 30 000 words of the zxcvbn package's lists.
    lists = importlib.import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    return frozenset(lists["passwords"])


def is_common(password: str) -> bool:
    """Whether it is one of the 30 000 passwords that people use most, in any letter case."""
    return password.lower() in _common_passwords()


def new_token() -> str:
    """A fresh secret of 256 bits, safe in an address or a header."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored instead of a token. The token is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class SecretBox(Struct, frozen=True):
    """AES-256-GCM; ``context`` ties a secret to the row that holds it."""

    key: bytes

    def seal(self, text: str, context: str) -> bytes:
        """The text encrypted for one place."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """The text again. Raises CannotDecrypt when key or place do not match."""
        try:
            clear = AESGCM(self.key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()
            )
        except (InvalidTag, ValueError) as problem:
            raise CannotDecrypt(context) from problem
        return clear.decode()

    def derived(self, purpose: str) -> str:
        """A further secret for another purpose, such as signing cookies (hex, 256 bits)."""
        return hashlib.blake2b(
            purpose.encode(), key=self.key, digest_size=32, person=b"press-one"
        ).hexdigest()


def secret_box(data: Path) -> SecretBox:
    """The box of this data folder; its key file is made (mode 0600) when it is not there."""
    path = data / KEY_FILE
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return SecretBox(path.read_bytes())
    with os.fdopen(handle, "wb") as file:
        file.write(AESGCM.generate_key(256))
        file.flush()
        os.fsync(file.fileno())
    return SecretBox(path.read_bytes())
