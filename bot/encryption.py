"""Sealed fields and blind indexes: personal data rests in the database only so (第6条).

A sealed field is AES-256-GCM (NIST SP 800-38D) whose associated data are its table, column and row: moved to
another person's row it does not open. The first key seals, every key opens, so a key is changed by putting a new one
in front. The key of the blind indexes is its own and stays, or nobody would be found any more. No key and no
content is ever in a message, a repr or an exception's context.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.office import BadSetting

KEY_BYTES = 32
SETTING = "MADOGUCHI_KEYS"
VERSION = b"\x01"
_ID, _NONCE, _TAG = 4, 12, 16
_HEAD = len(VERSION) + _ID + _NONCE
_NO_KEYS = f"holds something else than keys: give {KEY_BYTES} bytes each in base64"


class Unopenable(Exception):
    """A sealed field that does not open: cut, altered, moved, or sealed with a key that is not among ours."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"A sealed value of {table}.{column} does not open.")
        self.table, self.column = table, column


class Seal:
    """Seals and opens fields with `keys` (the first seals, all open) and makes blind indexes with `index_key`."""

    def __init__(self, keys: Sequence[bytes], index_key: bytes) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in (*keys, index_key)):
            raise ValueError(f"a Seal takes keys of {KEY_BYTES} bytes, and at least one to seal with")
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._current = _key_id(keys[0])
        self._index_key = index_key

    def __repr__(self) -> str:
        return f"Seal({', '.join(self.fingerprints())})"

    def fingerprints(self) -> tuple[str, ...]:
        """A short public name of each key, in order, as its tokens carry it: 8 hex digits."""
        return tuple(key_id.hex() for key_id in self._ciphers)

    def seal(self, value: Any, table: str, column: str, row: str) -> bytes:
        """The token that stands for `value` (any JSON) in this one field: version, key id, nonce, ciphertext."""
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        nonce = secrets.token_bytes(_NONCE)
        # surrogatepass: json.loads does the same, and half a surrogate pair from a chat is no reason to fail
        content = written.encode("utf-8", "surrogatepass")
        sealed = self._ciphers[self._current].encrypt(nonce, content, _parts(table, column, row))
        return VERSION + self._current + nonce + sealed

    def open(self, token: bytes, table: str, column: str, row: str) -> Any:
        """The value of this one field. Raises `Unopenable`."""
        content = self._opened(token, _parts(table, column, row))
        if content is None:
            raise Unopenable(table, column)
        return json.loads(content)

    def index(self, label: str, value: str) -> str:
        """The blind index of `value` under `label` (table and column): HMAC-SHA256 (RFC 2104), 64 hex digits.

        Equal values give equal indexes within one label only, whichever key seals. The caller normalises.
        """
        return hmac.new(self._index_key, _parts(label, value), sha256).hexdigest()

    def _opened(self, token: bytes, field: bytes) -> bytes | None:
        cipher = self._ciphers.get(token[1 : 1 + _ID])
        if token[:1] != VERSION or len(token) < _HEAD + _TAG or cipher is None:
            return None
        try:
            return cipher.decrypt(token[1 + _ID : _HEAD], token[_HEAD:], field)
        except InvalidTag:
            return None


def load_keys(given: str | None, folder: Path) -> tuple[Seal, tuple[Path, ...]]:
    """The Seal of this office, and the key files made just now: say where they are and that they need a backup.

    `given` is the text of MADOGUCHI_KEYS: base64 keys with commas between, the first seals; `index:` marks the key
    of the blind indexes. What it leaves out is read from `folder`/seal.key (one key a line, the first seals) and
    `folder`/index.key, which are made where they are missing. Raises `BadSetting`, never showing a key.
    """
    made: list[Path] = []
    parts = [part.strip() for part in given.split(",")] if given else []
    index_keys = [_key(part.removeprefix("index:"), SETTING) for part in parts if part.startswith("index:")]
    keys = [_key(part, SETTING) for part in parts if not part.startswith("index:")]
    if len(index_keys) > 1 or (parts and not keys):
        raise BadSetting(SETTING, "holds no key to seal with, or two that are marked index: give one of those at most")
    keys = keys or _kept(folder / "seal.key", made)
    index_keys = index_keys or _kept(folder / "index.key", made)
    if len(index_keys) > 1:
        raise BadSetting(str(folder / "index.key"), "holds more than one key: keep the one that was there first")
    return Seal(keys, index_keys[0]), tuple(made)


def _key_id(key: bytes) -> bytes:
    return sha256(b"madoguchi sealing key\0" + key).digest()[:_ID]


def _parts(*parts: str) -> bytes:
    """The parts, each after its length, so that no two lists of parts look the same."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _key(written: str, setting: str) -> bytes:
    try:
        key = b64decode(written, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:  # raised out here: the text of a ValueError may show what it stumbled over
        raise BadSetting(setting, _NO_KEYS)
    return key


def _kept(path: Path, made: list[Path]) -> list[bytes]:
    """The keys of a file, which is made if it is missing, and then noted in `made`."""
    try:
        if not path.exists() and _make(path):
            made.append(path)
        written = path.read_bytes().decode("ascii", "replace").split()
    except OSError as error:
        raise BadSetting(str(path), f"can be neither read nor made ({type(error).__name__})") from None
    if not written:
        raise BadSetting(str(path), _NO_KEYS)
    return [_key(line, str(path)) for line in written]


def _make(path: Path) -> bool:
    """Write a new key; False if another process was first. A crash leaves the whole file or none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # unlike a rename it fails where the file is there already: one process wins
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync(path.parent)
    return True


def _sync(folder: Path) -> None:
    """Make the new name itself outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
