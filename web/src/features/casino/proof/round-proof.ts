import type { ParSheet, PlayedRound } from '@/shared/api/types'
import { coinsFromWire } from '@/shared/money/coins'
import { bytesOf, commitmentOf, stopsOf, textHash, wordsOf, type Ticket } from './chrome-pf'
import type { Digests } from './digests'
import { gridAt, scattersOf, winsOf } from './slot-engine'

/** A round and the PAR sheet it was played with: all that recomputing takes, in the names of the API. */
export interface RoundProof {
  round: PlayedRound
  par_sheet: ParSheet
}

/** One thing that was recomputed: what the round says, and what the seeds say. */
export interface Check {
  name: 'commitment' | 'configuration' | 'bet' | 'freeSpins' | 'stops' | 'window' | 'award' | 'win'
  /** The spin it is about: 0 is paid for; null for the round as a whole. */
  sub: number | null
  isRight: boolean
  told: string
  found: string
}

/** The file is not a round with its PAR sheet. */
export class UnreadableProof extends Error {
  override readonly name = 'UnreadableProof'
}

const CANONICAL_FIELDS = ['dial', 'game', 'lines', 'paytable', 'reels', 'rows', 'scatter', 'symbols', 'wild'] as const

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]))
}

/** The one text of a configuration that is hashed: JSON, sorted names, no spaces. */
export function canonicalText(sheet: ParSheet): string {
  return JSON.stringify(sorted(Object.fromEntries(CANONICAL_FIELDS.map((field) => [field, sheet[field]]))))
}

function told(name: Check['name'], sub: number | null, said: unknown, found: unknown): Check {
  const [saidText, foundText] = [said, found].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  return { name, sub, isRight: saidText === foundText, told: saidText ?? '', found: foundText ?? '' }
}

/** Recomputes one spin from the seeds, and the amounts in whole minor units of a currency with `scale` decimals. */
async function spinChecks(digests: Digests, ticket: Ticket, { round, par_sheet: sheet }: RoundProof, sub: number, scale: number): Promise<Check[]> {
  const spin = round.spins[sub]
  const strips = sheet.reels.map((reel) => reel.map((stop) => stop.symbol))
  const words = wordsOf(digests, ticket, round.game, round.config_hash, sub)
  const stops = await stopsOf(words, sheet.reels.map((reel) => reel.map((stop) => stop.weight)))
  const grid = gridAt(sheet, strips, stops)
  const award = winsOf(sheet, grid).reduce((sum, win) => sum + win.award, 0)
  const checks = [
    told('stops', sub, spin?.stops, stops),
    told('window', sub, spin?.grid, grid),
    told('award', sub, spin?.award, award),
    told('win', sub, coinsFromWire(spin?.win_amount ?? Number.NaN, scale), award * coinsFromWire(round.bet, scale)),
  ]
  if (sub > 0) return checks
  const isTrigger = sheet.scatter !== null && scattersOf(sheet, grid) >= sheet.scatter.count
  return [...checks, told('freeSpins', sub, round.free_spins_awarded, isTrigger ? (sheet.scatter?.free_spins ?? 0) : 0)]
}

/** Recomputes a round whose seed is revealed, without asking anybody. Raises UnreadableProof. */
export async function verifyRound(digests: Digests, proof: RoundProof, scale: number): Promise<Check[]> {
  const { round, par_sheet: sheet } = proof
  if (!round.server_seed) throw new UnreadableProof('The seed of this round is not revealed yet.')
  try {
    const { player, epoch, client_seed: clientSeed, nonce } = round
    const ticket: Ticket = { serverSeed: bytesOf(round.server_seed), player, epoch, clientSeed, nonce }
    const spins = await Promise.all(round.spins.map((_, sub) => spinChecks(digests, ticket, proof, sub, scale)))
    return [
      told('commitment', null, round.commitment, await commitmentOf(digests, ticket)),
      told('configuration', null, round.config_hash, await textHash(digests, canonicalText(sheet))),
      told('bet', null, coinsFromWire(round.total_bet, scale), coinsFromWire(round.bet, scale) * sheet.lines.length),
      ...spins.flat(),
    ]
  } catch (reason) {
    throw new UnreadableProof('The round or its PAR sheet cannot be read.', { cause: reason })
  }
}

/** The text of a proof file; `loopbank verify-round` reads it as well. */
export function proofText({ round, par_sheet: sheet }: RoundProof): string {
  // The fraction's two numbers are longer than numbers are in a browser; its text has every digit.
  const exact = { text: sheet.exact_return.text }
  return `${JSON.stringify({ round, par_sheet: { ...sheet, exact_return: exact } }, null, 2)}\n`
}

/** Reads a proof file. Raises UnreadableProof. */
export function readProof(text: string): RoundProof {
  let saved: Partial<RoundProof> | null
  try {
    saved = JSON.parse(text) as Partial<RoundProof> | null
  } catch (reason) {
    throw new UnreadableProof('The file is not JSON.', { cause: reason })
  }
  const { round, par_sheet: sheet } = saved ?? {}
  const isWhole = Array.isArray(round?.spins) && round.spins.length > 0 && Array.isArray(sheet?.reels) && Array.isArray(sheet.lines)
  if (!round || !sheet || !isWhole) throw new UnreadableProof('The file holds no round.')
  return { round, par_sheet: sheet }
}
