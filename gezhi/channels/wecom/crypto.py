"""The envelope that WeCom puts around what it sends to a callback: SHA-1 signature outside, AES-256-CBC inside. PURE.

Source: developer.work.weixin.qq.com, document 90968 (加解密方案说明). CBC says nothing of whether its text was altered, so the signature is
looked at first, and every refusal after it says the same: nobody learns from it what was wrong inside.
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gezhi.kernel.refusal import Refusal

BLOCK: Final = 32  # bytes that PKCS#7 fills up to here: twice the cipher's own
NOISE: Final = 16  # random bytes before the length
LENGTH: Final = 4  # bytes of the length, most significant first
WINDOW: Final = timedelta(minutes=5)
MOST_NONCE: Final = 128  # signs
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9]{1,32}")
_MOMENT = re.compile(r"[0-9]{1,12}")


class Forged(Refusal):
    """Not from WeCom, not for us, or too long ago. `.code`: signature, moment, envelope."""

    code = "signature"


def key_of(encoding_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 letters and figures. Raises ValueError."""
    if not _AES_KEY.fullmatch(encoding_key):
        raise ValueError("an EncodingAESKey has 43 letters and figures")
    return base64.b64decode(encoding_key + "=")


def is_token(token: str) -> bool:
    """Whether WeCom takes this as a callback's Token: up to 32 letters and figures."""
    return _TOKEN.fullmatch(token) is not None


def sign(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """msg_signature: hex SHA-1 of the four, sorted and put one after the other."""
    said = "".join(sorted((token, timestamp, nonce, encrypted)))
    return hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()


def judge(token: str, signature: str, timestamp: str, nonce: str, encrypted: str, *, at: datetime) -> None:
    """Raises Forged unless the signature is right and of the last (or the coming) five minutes. The comparison takes the same time for all."""
    expected = sign(token, timestamp, nonce, encrypted)
    is_right = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    if not is_right or not nonce or len(nonce) > MOST_NONCE:
        raise Forged("signature")
    if not _MOMENT.fullmatch(timestamp) or abs(at.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise Forged("moment")


def unwrap(key: bytes, encrypted: str, receiver: str) -> bytes:
    """The message inside. receiver: the corp id that it must be for. Raises Forged("envelope")."""
    plain = _unpadded(_decrypted(key, encrypted))
    if len(plain) < NOISE + LENGTH:
        raise Forged("envelope")
    (length,) = struct.unpack(">I", plain[NOISE : NOISE + LENGTH])
    rest = plain[NOISE + LENGTH :]
    if length > len(rest) or not hmac.compare_digest(rest[length:], receiver.encode()):
        raise Forged("envelope")
    return rest[:length]


def wrap(key: bytes, message: bytes, receiver: str, noise: bytes) -> str:
    """The envelope around a message, in base64. noise: 16 random bytes."""
    if len(noise) != NOISE:
        raise ValueError("an envelope begins with 16 random bytes")
    plain = noise + struct.pack(">I", len(message)) + message + receiver.encode()
    fill = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()


def _decrypted(key: bytes, encrypted: str) -> bytes:
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise Forged("envelope") from None
    if not sealed or len(sealed) % 16:
        raise Forged("envelope")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return decryptor.update(sealed) + decryptor.finalize()


def _unpadded(plain: bytes) -> bytes:
    fill = plain[-1]
    if not 1 <= fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise Forged("envelope")
    return plain[:-fill]
