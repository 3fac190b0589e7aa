// Builds what the pages load: one style sheet, one script, one font, the icons' drawings.
// Every file's name carries the hash of its content, so that browsers may keep it for ever.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const place = join(here, "../src/tenantpilot/web/static/built");
const packageFolder = (name) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const scratch = mkdtempSync(join(tmpdir(), "tenantpilot-pages-"));
const out = join(scratch, "built");
const names = {};

mkdirSync(out);
try {
  keep("inter.woff2", readFileSync(join(packageFolder("@fontsource-variable/inter"), "files/inter-latin-wght-normal.woff2")));
  keep("icon.svg", readFileSync(join(here, "static/icon.svg")));
  keep("app.css", Buffer.from(styles().replace(/url\((["']?)inter\.woff2\1\)/, `url(${names["inter.woff2"]})`)));
  keep("app.js", await script());
  writeFileSync(join(out, "icons.json"), JSON.stringify(icons()));
  writeFileSync(join(out, "assets.json"), JSON.stringify(names, null, 2));
  licenses();
  rmSync(place, { recursive: true, force: true });
  cpSync(out, place, { recursive: true });
  writeFileSync(join(place, ".done"), "");
} catch (error) {
  console.error(error.stderr?.toString() ?? error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function keep(name, content) {
  const { name: stem, ext } = parse(name);
  const hashed = `${stem}.${createHash("sha256").update(content).digest("hex").slice(0, 12)}${ext}`;
  writeFileSync(join(out, hashed), content);
  names[name] = hashed;
  if (ext === ".woff2") return;
  writeFileSync(join(out, `${hashed}.gz`), gzipSync(content, { level: 9 }));
  writeFileSync(join(out, `${hashed}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

function styles() {
  const target = join(scratch, "app.css");
  const cli = join(packageFolder("@tailwindcss/cli"), "dist/index.mjs");
  execFileSync(process.execPath, [cli, "-i", join(here, "css/app.css"), "-o", target, "--minify"], { cwd: here, stdio: ["ignore", "ignore", "pipe"] });
  return readFileSync(target, "utf8");
}

async function script() {
  const result = await build({
    entryPoints: [join(here, "js/app.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

function icons() {
  const folder = join(packageFolder("lucide-static"), "icons");
  const wanted = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  return Object.fromEntries(wanted.map((name) => [name, drawing(join(folder, `${name}.svg`))]));
}

function drawing(file) {
  const svg = readFileSync(file, "utf8");
  return svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
}

function licenses() {
  for (const name of ["@fontsource-variable/inter", "daisyui", "htmx.org", "lucide-static", "tailwindcss"]) {
    cpSync(join(packageFolder(name), "LICENSE"), join(out, "licenses", `${name.replace("/", "-")}.txt`));
  }
}
