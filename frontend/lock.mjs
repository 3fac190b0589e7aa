// Finishes package-lock.json after `npm install --package-lock-only`: no addresses of a registry in it, and an
// entry for every optional package of another platform, which some registries do not carry. npm ci
// asks for the entry and, on this platform, never for the package.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("package-lock.json", import.meta.url);
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32"];
const lock = JSON.parse(readFileSync(FILE, "utf8"));

for (const entry of Object.values(lock.packages)) delete entry.resolved;
for (const entry of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    lock.packages[`node_modules/${name}`] ??= elsewhere(name, version);
  }
}
const [own, ...others] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([own, ...others.sort(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);

function elsewhere(name, version) {
  const words = name.split("-");
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = system ? words[words.indexOf(system) + 1] : "wasm32";
  return { version, cpu: [processor], optional: true, ...(system && { os: [system] }) };
}
