"""The files of the onion service: which belong together, and which are refused (R-15)."""

from __future__ import annotations

from base64 import b32decode
from hashlib import sha512

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from onionstream.onion.ed25519 import public_key
from onionstream.onion.errors import KeyFilesError
from onionstream.onion.key import FILES, HOSTNAME, PUBLIC, SECRET, address, onion


def service(seed: bytes = bytes(32)) -> dict[str, bytes]:
    """:return: the three files of a service, as tor writes them."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return {
        SECRET: b"== ed25519v1-secret: type0 ==\0\0\0" + expanded(seed),
        PUBLIC: b"== ed25519v1-public: type0 ==\0\0\0" + public,
        HOSTNAME: f"{onion(public)}\n".encode(),
    }


def expanded(seed: bytes) -> bytes:
    """:return: an expanded secret key (RFC 8032, section 5.1.5)."""
    half = bytearray(sha512(seed).digest())
    half[0] &= 248
    half[31] = half[31] & 63 | 64
    return bytes(half)


class Ed25519Tests(SynchronousTestCase):
    """``public_key``."""

    @given(st.binary(min_size=32, max_size=32))
    def test_it_agrees_with_a_library(self, seed: bytes) -> None:
        """For any key."""
        expected = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        self.assertEqual(public_key(expanded(seed)[:32]), expected)


class AddressTests(SynchronousTestCase):
    """``address``."""

    def refused(self, files: dict[str, bytes]) -> str:
        """:return: why these files are refused, which always says what to do."""
        said = str(self.assertRaises(KeyFilesError, address, files))
        self.assertIn("Put the folder onion/ of the state directory back from a copy; or move it away", said)
        return said

    def test_an_address_is_as_tor_writes_it(self) -> None:
        """With the checksum and the version: here the address of the Tor Project's own site, from its key."""
        theirs = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"
        self.assertEqual(onion(b32decode(theirs.removesuffix(".onion").upper())[:32]), theirs)

    def test_files_that_belong_together_give_their_address(self) -> None:
        """That of the key."""
        files = service()
        self.assertEqual(address(files), files[HOSTNAME].decode().strip())

    def test_no_file_at_all_is_a_new_service(self) -> None:
        """Tor makes one."""
        self.assertEqual(address({}), "")

    def test_R15_each_missing_file_is_told(self) -> None:
        """Tor would make a new key, or a new address."""
        for name in FILES:
            files = service()
            del files[name]
            self.assertIn(f"{name} is missing", self.refused(files))

    def test_R15_an_empty_file_is_told(self) -> None:
        """As a full disk leaves it."""
        for name in (SECRET, PUBLIC):
            self.assertIn(f"{name} is empty", self.refused({**service(), name: b""}))
        self.assertIn("hostname does not hold the address", self.refused({**service(), HOSTNAME: b""}))

    def test_R15_a_file_of_another_length_is_told(self) -> None:
        """One byte less or more."""
        files = service()
        self.assertIn("must have 96 bytes and has 95", self.refused({**files, SECRET: files[SECRET][:-1]}))
        self.assertIn("must have 64 bytes and has more", self.refused({**files, PUBLIC: files[PUBLIC] + b"\n"}))

    def test_R15_a_file_of_another_kind_is_told(self) -> None:
        """The length alone is not enough."""
        self.assertIn("is no key of tor's", self.refused({**service(), SECRET: bytes(96)}))

    def test_R15_keys_of_two_services_are_told(self) -> None:
        """Either of them, or the address alone, from somewhere else."""
        other = service(b"x" * 32)
        for name in (SECRET, PUBLIC):
            self.assertIn("are not of one key", self.refused({**service(), name: other[name]}))
        self.assertIn("does not hold the address", self.refused({**service(), HOSTNAME: other[HOSTNAME]}))

    def test_L21_no_sentence_holds_anything_of_the_key(self) -> None:
        """Nor the address."""
        files = service()
        said = self.refused({**files, HOSTNAME: service(b"x" * 32)[HOSTNAME]})
        self.assertNotIn(files[HOSTNAME].decode()[:10], said)
        self.assertNotIn(".onion", said)

    @given(st.dictionaries(st.sampled_from(FILES), st.binary(max_size=100)))
    def test_any_bytes_at_all(self, files: dict[str, bytes]) -> None:
        """They are refused, or there is no file."""
        if files:
            self.refused(files)
