// Fails when the JavaScript a phone must fetch before the first screen outgrows its budget.
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const FIRST_LOAD_BYTES_MAX = 150_000

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))

/** Every script reachable from an entry without a dynamic import. */
function scriptsLoadedAtOnce(key, found = new Set()) {
  const chunk = manifest[key]
  if (!found.has(chunk.file)) {
    found.add(chunk.file)
    for (const imported of chunk.imports ?? []) scriptsLoadedAtOnce(imported, found)
  }
  return found
}

/** The first screen is the entry and the largest of the pages it may open with. */
function pagesOf(key) {
  const pages = (manifest[key].dynamicImports ?? []).filter((name) => name.endsWith('Page.vue'))
  return pages.length > 0 ? pages : [key]
}

const sizes = pagesOf('index.html').map((page) => {
  const files = scriptsLoadedAtOnce(page, scriptsLoadedAtOnce('index.html'))
  const contents = [...files].map((file) => readFileSync(dist + file))
  return {
    page,
    gzip: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0),
    brotli: contents.reduce((sum, content) => sum + brotliCompressSync(content).length, 0),
  }
})

const heaviest = sizes.reduce((a, b) => (b.gzip > a.gzip ? b : a))
const files = readdirSync(`${dist}assets`).length
console.log(
  `First load, heaviest page ${heaviest.page}: ${heaviest.gzip} bytes gzip, ` +
    `${heaviest.brotli} bytes brotli, of ${FIRST_LOAD_BYTES_MAX} allowed (${files} assets in all).`,
)
if (heaviest.gzip > FIRST_LOAD_BYTES_MAX) {
  console.error('The first load is over its budget.')
  process.exit(1)
}
