// assets.mjs FROM TO [BEFORE]: copies each file of FROM to TO under a name with a hash of its content, adds .br and .gz
// variants, and writes manifest.json (plain name -> name with hash). What the manifest of BEFORE names comes along: pages
// that were made before a deployment still ask for it.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [from, to, before] = process.argv.slice(2);
mkdirSync(to, { recursive: true });

const manifest = {};
for (const name of readdirSync(from).sort()) {
  const path = join(from, name);
  if (!statSync(path).isFile() || name.startsWith(".")) continue;
  const bytes = readFileSync(path);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const ending = extname(name);
  const hashed = `${name.slice(0, -ending.length)}.${hash}${ending}`;
  manifest[name] = hashed;
  writeFileSync(join(to, hashed), bytes);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const variants = { br: brotliCompressSync(bytes, { params }), gz: gzipSync(bytes, { level: 9 }) };
  for (const [variant, compressed] of Object.entries(variants)) {
    // A variant that saves nothing would only cost a read.
    if (compressed.length < bytes.length * 0.95) writeFileSync(join(to, `${hashed}.${variant}`), compressed);
  }
}
if (before && existsSync(join(before, "manifest.json"))) {
  const names = Object.values(JSON.parse(readFileSync(join(before, "manifest.json"))));
  for (const file of names.flatMap((name) => [name, `${name}.br`, `${name}.gz`])) {
    if (existsSync(join(before, file))) copyFileSync(join(before, file), join(to, file));
  }
}
writeFileSync(join(to, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
