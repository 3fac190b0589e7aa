"""State that survives a restart: one SQLite file for each tenant."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from intunesim.json_types import JsonObject
from intunesim.state.store import Store
from intunesim.state.tenant import Application, Habits, Tenant

TENANT_AREA = "#tenant"


class DiskKeeper:
    """Writes every change through to a SQLite file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        # A killed process loses nothing this way; only a machine that loses power might.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents"
            " (area TEXT, id TEXT, document TEXT, PRIMARY KEY (area, id)) WITHOUT ROWID"
        )

    def put(self, area: str, identifier: str, document: JsonObject) -> None:
        """Keep a document, replacing what was there."""
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (area, id) DO UPDATE SET document = excluded.document",
            (area, identifier, json.dumps(document)),
        )

    def drop(self, area: str, identifier: str) -> None:
        """Forget a document."""
        self._connection.execute("DELETE FROM documents WHERE area = ? AND id = ?", (area, identifier))

    def load(self, area: str) -> Iterator[JsonObject]:
        """Yield every document of an area, in the order in which they came."""
        rows = self._connection.execute(
            "SELECT document FROM documents WHERE area = ? ORDER BY json_extract(document, '$.order')", (area,)
        )
        return iter([json.loads(document) for (document,) in rows])

    def areas(self) -> list[str]:
        """Return every area that holds objects."""
        rows = self._connection.execute("SELECT DISTINCT area FROM documents WHERE area NOT LIKE '#%'")
        return [area for (area,) in rows]

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Write what happens inside in one transaction."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class StateDirectory:
    """A folder with the state of every tenant, and the key that signs tokens."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._keepers: dict[str, DiskKeeper] = {}

    def store(self, tenant_id: str) -> Store:
        """Return the objects of a tenant, kept here."""
        return Store(self._keeper(tenant_id))

    def tenants(self) -> Iterator[Tenant]:
        """Yield every tenant that was kept here."""
        for file in sorted(self._folder.glob("*.tenant.sqlite3")):
            keeper = self._keeper(file.name.removesuffix(".tenant.sqlite3"))
            for stored in keeper.load(TENANT_AREA):
                yield _tenant(stored, Store(keeper))

    def keep_tenant(self, tenant: Tenant) -> None:
        """Write down who a tenant is and how it behaves."""
        document = {
            "id": tenant.id,
            "name": tenant.name,
            "domain": tenant.domain,
            "applications": [application.as_json() for application in tenant.applications.values()],
            "habits": vars(tenant.habits),
        }
        self._keeper(tenant.id).put(TENANT_AREA, tenant.id, document)

    def signing_key(self, fresh_key: Callable[[], rsa.RSAPrivateKey]) -> rsa.RSAPrivateKey:
        """Return the key that signs tokens, so that they outlive a restart; `fresh_key` makes the first one."""
        file = self._folder / "signing-key.pem"
        if file.exists():
            key = serialization.load_pem_private_key(file.read_bytes(), password=None)
            if isinstance(key, rsa.RSAPrivateKey):
                return key
        key = fresh_key()
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return key

    def close(self) -> None:
        """Let go of all files."""
        for keeper in self._keepers.values():
            keeper.close()
        self._keepers.clear()

    def _keeper(self, tenant_id: str) -> DiskKeeper:
        if tenant_id not in self._keepers:
            self._keepers[tenant_id] = DiskKeeper(self._folder / f"{tenant_id}.tenant.sqlite3")
        return self._keepers[tenant_id]


def _tenant(stored: JsonObject, store: Store) -> Tenant:
    habits = Habits()
    habits.change(stored["habits"])
    tenant = Tenant(stored["id"], stored["name"], stored["domain"], store, habits=habits)
    for application in stored["applications"]:
        tenant.register(Application.from_json(application))
    return tenant
