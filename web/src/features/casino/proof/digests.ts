/** SHA-256 and HMAC-SHA-256, wherever they come from. */
export interface Digests {
  sha256: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>
  hmacSha256: (key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>
}

/** Digests by the browser's own cryptography. */
export function webCryptoDigests(subtle: SubtleCrypto): Digests {
  return {
    sha256: async (data) => new Uint8Array(await subtle.digest('SHA-256', data)),
    hmacSha256: async (key, message) => {
      const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      return new Uint8Array(await subtle.sign('HMAC', imported, message))
    },
  }
}

const BLOCK_BYTES = 64
const ROUNDS = 64

/** The first 32 bits of the fractional parts of a root of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function rootFractions(count: number, root: (prime: number) => number): number[] {
  const fractions: number[] = []
  for (let candidate = 2; fractions.length < count; candidate += 1) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) isPrime &&= candidate % divisor !== 0
    if (isPrime) fractions.push(((root(candidate) % 1) * 2 ** 32) | 0)
  }
  return fractions
}

const ROUND_CONSTANTS = rootFractions(ROUNDS, Math.cbrt)
const FIRST_STATE = rootFractions(8, Math.sqrt)

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** The message, a one bit, zeros, and the message's length in bits (FIPS 180-4, 5.1.1). */
function padded(data: Uint8Array): DataView {
  const length = Math.ceil((data.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const bytes = new Uint8Array(length)
  bytes.set(data)
  bytes[data.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setBigUint64(length - 8, BigInt(data.length) * 8n)
  return view
}

function schedule(view: DataView, start: number): Int32Array {
  const words = new Int32Array(ROUNDS)
  const at = (index: number) => words[index] ?? 0
  for (let t = 0; t < 16; t += 1) words[t] = view.getInt32(start + 4 * t)
  for (let t = 16; t < ROUNDS; t += 1) {
    const s0 = turn(at(t - 15), 7) ^ turn(at(t - 15), 18) ^ (at(t - 15) >>> 3)
    const s1 = turn(at(t - 2), 17) ^ turn(at(t - 2), 19) ^ (at(t - 2) >>> 10)
    words[t] = at(t - 16) + s0 + at(t - 7) + s1
  }
  return words
}

function compress(state: number[], words: Int32Array): number[] {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  words.forEach((word, t) => {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + (ROUND_CONSTANTS[t] ?? 0) + word) | 0
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0
    ;[a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  })
  return [a, b, c, d, e, f, g, h].map((word, index) => (word + (state[index] ?? 0)) | 0)
}

function sha256(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = padded(data)
  let state = FIRST_STATE
  for (let start = 0; start < view.byteLength; start += BLOCK_BYTES) state = compress(state, schedule(view, start))
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, index) => digest.setInt32(4 * index, word))
  return new Uint8Array(digest.buffer)
}

/** HMAC (RFC 2104). */
function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key)
  const keyed = (pad: number, rest: Uint8Array) => sha256(new Uint8Array([...block.map((byte) => byte ^ pad), ...rest]))
  return keyed(0x5c, keyed(0x36, message))
}

/** Digests without the browser's help (FIPS 180-4). */
export const ownDigests: Digests = {
  sha256: (data) => Promise.resolve(sha256(data)),
  hmacSha256: (key, message) => Promise.resolve(hmacSha256(key, message)),
}

/** The browser's own digests; on plain HTTP browsers hide them, and a bank in a cellar has no certificate. */
export function browserDigests(): Digests {
  const subtle = (crypto as Partial<Crypto>).subtle
  return subtle ? webCryptoDigests(subtle) : ownDigests
}
