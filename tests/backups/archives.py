"""Archives of backup sets that somebody has changed, each with the reason that refuses it."""

import hashlib
import io
import json
import zipfile

import pyrage

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
PASSPHRASE = "correct horse battery staple"


def files_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(archive, [IDENTITY]))) as plain:
        return {name: plain.read(name) for name in plain.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sealed(sink.getvalue())


def sealed(plain: bytes) -> bytes:
    return pyrage.encrypt(plain, [IDENTITY.to_public()])


def rewritten(archive: bytes, *, manifest=None, files=None, with_sums: bool = True) -> bytes:
    """An archive that somebody who knows the recipient changed."""
    content = files_of(archive)
    if files is not None:
        files(content)
    if manifest is not None:
        stored = json.loads(content["manifest.json"])
        manifest(stored)
        content["manifest.json"] = json.dumps(stored).encode()
    if with_sums:
        lines = [
            f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in content.items() if name != "SHA256SUMS"
        ]
        content["SHA256SUMS"] = "".join(lines).encode()
    return zipped(content)


def other_digest(manifest) -> None:
    manifest["digest"] = "0" * 64


def later_form(manifest) -> None:
    manifest["version"] = 2


def a_path_upwards(files) -> None:
    files["../../evil"] = b"x"


def another_policy(files) -> None:
    name = next(name for name in files if name.startswith("policies/"))
    files[name] = b'{"displayName": "evil"}'


def a_bomb(files) -> None:
    name = next(name for name in files if name.startswith("policies/"))
    files[name] = b"0" * (65 << 20)


def with_a_list(archive: bytes) -> bytes:
    """The file of the last policy is a list, and manifest, sums and digest agree with it."""

    def empty(files) -> None:
        files[json.loads(files["manifest.json"])["policies"][-1]["path"]] = b"[]"

    return rewritten(archive, files=empty, manifest=says(policy_sha256=hashlib.sha256(b"[]").hexdigest()))


def says(**facts):
    """The manifest says this of the set; `policy_` of its last policy, `asked_` of what was asked for."""

    def change(manifest) -> None:
        for name, value in facts.items():
            place, _underscore, rest = name.partition("_")
            if place == "policy":
                manifest["policies"][-1][rest] = value
            elif place == "asked":
                manifest["asked"][rest] = value
            else:
                manifest[name] = value
        lines = sorted(f"{one['type']}\t{one['graph_id']}\t{one['sha256']}\n" for one in manifest["policies"])
        manifest["digest"] = hashlib.sha256("".join(lines).encode()).hexdigest()

    return change


def with_identity(archive: bytes) -> tuple[bytes, str]:
    return archive, str(IDENTITY)


def said(archive: bytes, **facts) -> tuple[bytes, str]:
    return with_identity(rewritten(archive, manifest=says(**facts)))


BAD_ARCHIVES = {
    "wrong identity": ("wrong_key", lambda whole: (whole, str(pyrage.x25519.Identity.generate()))),
    "passphrase for an identity": ("wrong_key", lambda whole: (whole, PASSPHRASE)),
    "nonsense as key": ("wrong_key", lambda whole: (whole, "AGE-SECRET-KEY-1NONSENSE")),
    "cut": ("archive_truncated", lambda whole: with_identity(whole[: len(whole) // 2])),
    "cut in its header": ("archive_truncated", lambda whole: with_identity(whole[:60])),
    "changed": ("archive_truncated", lambda whole: with_identity(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])),
    "no age": ("not_a_set_archive", lambda whole: with_identity(b"PK" + whole)),
    "no zip": ("not_a_set_archive", lambda whole: with_identity(sealed(b"hello"))),
    "another zip": ("not_a_set_archive", lambda whole: with_identity(zipped({"a": b"b"}))),
    "swapped manifest": (
        "archive_changed",
        lambda whole: with_identity(rewritten(whole, manifest=other_digest, with_sums=False)),
    ),
    "other digest": ("archive_changed", lambda whole: with_identity(rewritten(whole, manifest=other_digest))),
    "other policy": ("archive_changed", lambda whole: with_identity(rewritten(whole, files=another_policy))),
    "a file more": ("archive_changed", lambda whole: with_identity(rewritten(whole, files=a_path_upwards))),
    "a bomb": ("not_a_set_archive", lambda whole: with_identity(rewritten(whole, files=a_bomb))),
    "made in a year": ("archive_changed", lambda whole: said(whole, created_at="2999-01-01T00:00:00Z")),
    "made before Entra": ("archive_changed", lambda whole: said(whole, created_at="0001-01-01T00:00:00Z")),
    "a time without a zone": ("archive_changed", lambda whole: said(whole, read_until="2026-06-01T12:00:00")),
    "a policy of the future": ("archive_changed", lambda whole: said(whole, policy_read_at="2999-01-01T00:00:00Z")),
    "an id of no object": ("archive_changed", lambda whole: said(whole, policy_graph_id="a b\n")),
    "types of another world": ("archive_version", lambda whole: said(whole, asked_policy_types=["spell"])),
    "a payload that is a list": (
        "archive_changed",
        lambda whole: with_identity(with_a_list(whole)),
    ),
    "later form": ("archive_version", lambda whole: with_identity(rewritten(whole, manifest=later_form))),
}
