// assets.mjs FROM TO: copies each file of FROM to TO under a name with a hash of its content, adds .br and .gz variants,
// and writes manifest.json (plain name -> name with hash).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [from, to] = process.argv.slice(2);
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
writeFileSync(join(to, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
