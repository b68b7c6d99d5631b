/// <reference lib="webworker" />
/**
 * Keeps the app itself on the phone, so that it opens without a network. It never keeps an answer of the API and
 * never sends anything later: what cannot be sent now fails now, visibly.
 */
declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] }

const SHELL = self.__WB_MANIFEST
/** A crowded network that takes longer than this to bring one page is as good as none. */
const PATIENCE_MS = 4_000
const CACHE_PREFIX = 'loopbank-shell-'
const CACHE_NAME = CACHE_PREFIX + fingerprint(SHELL.map((entry) => `${entry.url} ${entry.revision ?? ''}`).join('\n'))

/** FNV-1a, 32 bits: a name for a list of files, nothing more. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16)
}

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE_NAME)
  await cache.addAll(SHELL.map((entry) => new Request(entry.url, { cache: 'reload' })))
  await self.skipWaiting()
}

async function dropOldShells(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE_NAME)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

function isServerPath(path: string): boolean {
  return /^\/(api|internal|oauth|docs|health|metrics|openapi\.json|\.well-known)(\/|$)/.test(path)
}

async function keptPage(): Promise<Response> {
  return (await caches.match('/index.html', { cacheName: CACHE_NAME })) ?? Response.error()
}

/** The newest page while there is a network that answers in time, the kept one otherwise. */
async function page(request: Request): Promise<Response> {
  const patience = new Promise<Response>((resolve) => setTimeout(() => resolve(keptPage()), PATIENCE_MS))
  const newest = fetch(request).then((response) => (response.status >= 500 ? keptPage() : response), keptPage)
  return Promise.race([newest, patience])
}

/** Hashed files never change, so the kept copy is always right. */
async function asset(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: CACHE_NAME })) ?? fetch(request)
}

self.addEventListener('install', (event) => event.waitUntil(keepShell()))
self.addEventListener('activate', (event) => event.waitUntil(dropOldShells()))
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || isServerPath(url.pathname)) return
  event.respondWith(event.request.mode === 'navigate' ? page(event.request) : asset(event.request))
})
