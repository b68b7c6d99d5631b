// @vitest-environment node
// jsdom hides the cryptography that browsers have.
import { describe, expect, it } from 'vitest'
import { bytesOf, commitmentOf, draw, hexOf, stopsOf, wordsOf, type Ticket } from './chrome-pf'
import vectors from './chrome-pf-vectors.json'
import { ownDigests, webCryptoDigests } from './digests'

const bothDigests = [
  ['the browser’s cryptography', webCryptoDigests(crypto.subtle)],
  ['our own', ownDigests],
] as const

function ticket(change: Partial<Ticket> = {}): Ticket {
  return {
    serverSeed: bytesOf(vectors.server_seed),
    player: vectors.player_id,
    epoch: vectors.epoch,
    clientSeed: vectors.client_seed,
    nonce: 0,
    ...change,
  }
}

async function* listed(words: readonly bigint[]): AsyncGenerator<bigint, never> {
  await Promise.resolve()
  yield* words
  throw new Error('The published words are used up.')
}

describe.each(bothDigests)('CHROME-PF/1 with %s', (_name, digests) => {
  it('commits to a seed as published', async () => {
    expect(await commitmentOf(digests, ticket())).toBe(vectors.commit)
  })

  it.each(vectors.spins)('draws the published numbers of $game, spin $nonce', async (spin) => {
    const words = wordsOf(digests, ticket({ nonce: spin.nonce }), spin.game, spin.config_hash, 0)
    const block: string[] = []
    for (let at = 0; at < 4; at += 1) block.push((await words.next()).value.toString(16).padStart(16, '0'))
    expect(block.join('')).toBe(spin.block0)
    const again = wordsOf(digests, ticket({ nonce: spin.nonce }), spin.game, spin.config_hash, 0)
    for (const number of spin.u) expect(await draw(again, 1_000_000n)).toBe(BigInt(number))
  })

  it('keeps fields apart and takes any text as a seed', async () => {
    const first = async (change: Partial<Ticket>) => (await wordsOf(digests, ticket(change), 'g', '', 0).next()).value
    const seeds = await Promise.all(['🦦', '🦊', 'neon\u0301', 'neoń', ''].map((clientSeed) => first({ clientSeed })))
    expect(new Set(seeds).size).toBe(5)
    expect(await first({ player: 'NC-7F3A', clientSeed: '0042' })).not.toBe(await first({ player: 'NC-7F3A0', clientSeed: '042' }))
  })
})

describe('a drawn number', () => {
  it('skips the words that would favour some', async () => {
    const { n, raw, values } = vectors.rejection
    const words = listed(raw.map(([word]) => BigInt(word as string)))
    for (const value of values) expect(await draw(words, BigInt(n))).toBe(BigInt(value))
    expect(raw.some(([, isTaken]) => !isTaken)).toBe(true)
  })

  it('becomes the first stop whose cumulative weight exceeds it', async () => {
    const reels = [
      [3, 0, 7],
      [3, 0, 7],
      [3, 0, 7],
    ]
    expect(await stopsOf(listed([2n, 3n, 9n]), reels)).toEqual([0, 2, 2])
  })
})

describe('our own digests', () => {
  const whole = (length: number) => new Uint8Array(Array.from({ length }, (_, at) => at % 256))
  const [, [, own]] = bothDigests
  const [[, subtle]] = bothDigests

  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])('agree with the browser on %i bytes', async (length) => {
    expect(hexOf(await own.sha256(whole(length)))).toBe(hexOf(await subtle.sha256(whole(length))))
    const key = whole(length + 1)
    expect(hexOf(await own.hmacSha256(key, whole(length)))).toBe(hexOf(await subtle.hmacSha256(key, whole(length))))
  })
})
