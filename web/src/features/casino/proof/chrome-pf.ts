/**
 * CHROME-PF/1, written again from its description so that the server's word need not be taken:
 *
 *   commitment = SHA-256("CHROME-PF/1|commit|" + LP(server seed, player, epoch))
 *   block i    = HMAC-SHA-256(server seed, "CHROME-PF/1|spin|" +
 *                    LP(player, epoch, client seed, nonce, game, configuration hash, sub) + u32(i))
 *
 * LP puts before every field its length in 4 bytes; numbers are 8 bytes; both most significant first; texts are UTF-8.
 * The blocks are read as 64-bit words. A word below the largest multiple of n gives word mod n, others are skipped.
 */
import type { Digests } from './digests'

const PROTOCOL = 'CHROME-PF/1'
const WORDS = 2n ** 64n

/** What a round's results are made of, besides the configuration. */
export interface Ticket {
  serverSeed: Uint8Array<ArrayBuffer>
  player: string
  epoch: number
  clientSeed: string
  nonce: number
}

type Field = string | number | Uint8Array

const encoder = new TextEncoder()

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function u32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value)
  return new Uint8Array(view.buffer)
}

function encoded(field: Field): Uint8Array {
  if (typeof field === 'string') return encoder.encode(field)
  if (typeof field !== 'number') return field
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(field))
  return new Uint8Array(view.buffer)
}

function lengthPrefixed(...fields: Field[]): Uint8Array {
  return joined(fields.flatMap((field) => [u32(encoded(field).length), encoded(field)]))
}

/** Bytes as lower-case hexadecimal text. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Reads hexadecimal text. Raises RangeError when it is none. */
export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new RangeError('Not hexadecimal.')
  return new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))
}

/** SHA-256 of a text, in hexadecimal. */
export async function textHash(digests: Digests, text: string): Promise<string> {
  return hexOf(await digests.sha256(encoder.encode(text)))
}

/** What is shown before the player's seed is taken. */
export async function commitmentOf(digests: Digests, ticket: Pick<Ticket, 'serverSeed' | 'player' | 'epoch'>): Promise<string> {
  const message = [encoder.encode(`${PROTOCOL}|commit|`), lengthPrefixed(ticket.serverSeed, ticket.player, ticket.epoch)]
  return hexOf(await digests.sha256(joined(message)))
}

/** A spin's 64-bit words, without end. `sub` is 0 for the paid spin and 1, 2, … for its free spins. */
export async function* wordsOf(digests: Digests, ticket: Ticket, game: string, configHash: string, sub: number): AsyncGenerator<bigint, never> {
  const { serverSeed, player, epoch, clientSeed, nonce } = ticket
  const message = [encoder.encode(`${PROTOCOL}|spin|`), lengthPrefixed(player, epoch, clientSeed, nonce, game, configHash, sub)]
  for (let number = 0; ; number += 1) {
    const block = await digests.hmacSha256(serverSeed, joined([...message, u32(number)]))
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
    for (let at = 0; at < block.length; at += 8) yield view.getBigUint64(at)
  }
}

/** An unbiased number from 0 up to, not including, `below` (at most 2^64). */
export async function draw(words: AsyncGenerator<bigint, never>, below: bigint): Promise<bigint> {
  const limit = WORDS - (WORDS % below)
  for (;;) {
    const { value } = await words.next()
    if (value < limit) return value % below
  }
}

/** Where the reels stand: per reel the first stop whose cumulative weight exceeds a number below the total weight. */
export async function stopsOf(words: AsyncGenerator<bigint, never>, reels: readonly (readonly number[])[]): Promise<number[]> {
  const stops: number[] = []
  for (const weights of reels) {
    const number = Number(await draw(words, BigInt(weights.reduce((sum, weight) => sum + weight, 0))))
    let cumulative = 0
    stops.push(weights.findIndex((weight) => (cumulative += weight) > number))
  }
  return stops
}
