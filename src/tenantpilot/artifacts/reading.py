"""Reading artifacts: as a stream for a download, and as a file that can be searched."""

import hashlib
import io
from collections.abc import Iterator

from tenantpilot.artifacts.models import Artifact, ArtifactChunk
from tenantpilot.core.errors import ReasonedError
from tenantpilot.tenancy.sealing import CannotOpen, Sealed, unseal_bytes


class ArtifactDamaged(ValueError):
    """The chunks are not what the artifact says."""


class UploadUnreadable(ReasonedError):
    """The key that sealed the file is gone, or a chunk was changed."""

    reason_code = "upload_unreadable"


def stream(artifact: Artifact) -> Iterator[bytes]:
    """Yield the bytes, a chunk at a time. Raises ArtifactDamaged at the end when they are not those that were stored.

    A download that breaks off is an error for the browser, and no file that looks whole.
    """
    digest = hashlib.sha256()
    n = 0
    while (data := _chunk(artifact, n)) is not None:
        digest.update(data)
        yield data
        n += 1
    if digest.hexdigest() != artifact.sha256:
        raise ArtifactDamaged(f"artifact {artifact.pk}")


class ArtifactFile(io.RawIOBase):
    """A ready artifact as a file, for programs that jump about in it. It holds one chunk in memory.

    A sealed one is opened chunk by chunk. Raises UploadUnreadable, here and whenever a chunk is read.
    """

    def __init__(self, artifact: Artifact) -> None:
        self._artifact, self._position = artifact, 0
        self._held: tuple[int, bytes] = (-1, b"")
        self._chunk(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._artifact.bytes or 0}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        n, start = divmod(self._position, self._artifact.chunk_bytes)
        data = self._chunk(n)[start : start + len(view)]
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _chunk(self, n: int) -> bytes:
        if self._held[0] != n:
            self._held = (n, _chunk(self._artifact, n) or b"")
        return self._held[1]


def _chunk(artifact: Artifact, n: int) -> bytes | None:
    data = ArtifactChunk.objects.filter(artifact_id=artifact.pk, n=n).values_list("data", flat=True).first()
    if data is None or not artifact.key_id:
        return None if data is None else bytes(data)
    try:
        return unseal_bytes(Sealed(artifact.key_id, bytes(data)), belongs_to=artifact.place_of(n))
    except CannotOpen as error:
        raise UploadUnreadable from error
