import { describe, expect, it } from 'vitest'
import { ownDigests } from './digests'
import { proofText, readProof, UnreadableProof, verifyRound, type RoundProof } from './round-proof'
import fixture from './round-proof-fixture.json'

const SCALE = 2

/** A round with free spins as a real bank answered it, with its PAR sheet. */
function saved(): RoundProof {
  return structuredClone(fixture) as unknown as RoundProof
}

async function wrongChecks(proof: RoundProof): Promise<string[]> {
  const checks = await verifyRound(ownDigests, proof, SCALE)
  return checks.filter((check) => !check.isRight).map((check) => (check.sub === null ? check.name : `${check.name} ${check.sub}`))
}

describe('a round of the bank', () => {
  it('is what its seeds say, with all its free spins', async () => {
    const checks = await verifyRound(ownDigests, saved(), SCALE)
    expect(checks.filter((check) => !check.isRight)).toEqual([])
    expect(checks.filter((check) => check.name === 'stops').map((check) => check.sub)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it.each<[string, (proof: RoundProof) => void, string[]]>([
    ['another commitment', ({ round }) => (round.commitment = '0'.repeat(64)), ['commitment']],
    ['a higher win', ({ round }) => round.spins.forEach((spin) => (spin.win_amount = 1_000)), ['win 1']],
    ['a free spin that was taken away', ({ round }) => (round.free_spins_awarded = 4), ['freeSpins 0']],
    ['another bet', ({ round }) => (round.total_bet = 1), ['bet']],
    ['reels that were changed afterwards', ({ par_sheet: sheet }) => (sheet.lines[0] = [1, 1, 1, 1, 1]), ['configuration']],
  ])('is found out with %s', async (_name, change, wrong) => {
    const proof = saved()
    change(proof)
    expect(await wrongChecks(proof)).toEqual(expect.arrayContaining(wrong))
  })

  it('comes out different with another seed of the player', async () => {
    const proof = saved()
    proof.round.client_seed = 'neon-badger'
    expect(await wrongChecks(proof)).toContain('stops 0')
  })

  it('cannot be checked before its seed is revealed', async () => {
    const proof = saved()
    proof.round.server_seed = null
    await expect(verifyRound(ownDigests, proof, SCALE)).rejects.toBeInstanceOf(UnreadableProof)
  })
})

describe('a proof file', () => {
  it('holds everything that checking takes', async () => {
    expect(await wrongChecks(readProof(proofText(saved())))).toEqual([])
  })

  it.each(['', 'null', '[]', '{"round": {}}', '{"round": {"spins": []}, "par_sheet": {"reels": [], "lines": []}}'])('is refused when it is %j', (text) => {
    expect(() => readProof(text)).toThrow(UnreadableProof)
  })
})
