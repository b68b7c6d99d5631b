import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Refusal, Unreachable } from '@/shared/api/problem'
import type { Coins } from '@/shared/money/coins'
import { answer, testApp } from '@/testing/test-bank'
import { useSpinStore } from './spin.store'

const GAME = { game: 'glitch_grid', path: 'glitch-grid' }
const BET = 100 as Coins
const LANDED = { reels: ['💀', '01', '🔌'], win_amount: 0 }

/** A bank that answers press after press as the list says, and the keys it was shown. */
function bankWith(answers: (() => Promise<Response>)[]) {
  const keys: (string | null)[] = []
  const bodies: unknown[] = []
  const { app, pinia } = testApp(async (request) => {
    keys.push(request.headers.get('Idempotency-Key'))
    bodies.push(await request.json())
    const next = answers.shift()
    if (!next) throw new Error('Nobody expected another request.')
    return next()
  })
  return { keys, bodies, store: app.runWithContext(() => useSpinStore(pinia)) }
}

const landed = () => Promise.resolve(answer(200, LANDED))
const lost = () => Promise.reject(new TypeError('network'))
const refused = () => Promise.resolve(answer(400, { code: 'bet_out_of_range', message: 'No.' }))
const broken = () => Promise.resolve(answer(502, {}))

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('a press of the spin button', () => {
  it('has a key of its own', async () => {
    const { store, keys } = bankWith([landed, landed])
    await store.spin(GAME, BET)
    await store.spin(GAME, BET)
    expect(new Set(keys).size).toBe(2)
  })

  it('asks again under the same key when the answer gets lost', async () => {
    const { store, keys, bodies } = bankWith([lost, broken, landed])
    const spun = store.spin(GAME, BET)
    await vi.runAllTimersAsync()
    expect(await spun).toEqual(LANDED)
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(bodies).toEqual([{ bet_amount: 1 }, { bet_amount: 1 }, { bet_amount: 1 }])
    expect(store.isOpen(GAME.game)).toBe(false)
  })

  it('stays open without any answer, and the next press is the same one at the same bet', async () => {
    const { store, keys, bodies } = bankWith([lost, lost, lost, lost, landed])
    const spun = store.spin(GAME, BET)
    const outcome = expect(spun).rejects.toBeInstanceOf(Unreachable)
    await vi.runAllTimersAsync()
    await outcome
    expect(store.isOpen(GAME.game)).toBe(true)
    await store.spin(GAME, 500 as Coins)
    expect(new Set(keys).size).toBe(1)
    expect(bodies.at(-1)).toEqual({ bet_amount: 1 })
  })

  it('is over when the house says no', async () => {
    const { store, keys } = bankWith([refused, landed])
    await expect(store.spin(GAME, BET)).rejects.toBeInstanceOf(Refusal)
    expect(store.isOpen(GAME.game)).toBe(false)
    await store.spin(GAME, BET)
    expect(new Set(keys).size).toBe(2)
  })
})
