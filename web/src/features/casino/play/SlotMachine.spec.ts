import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { accountKey } from '@/shared/account/account.queries'
import type { GameCard, ParSheet } from '@/shared/api/types'
import { answer, RUNNER, testBank } from '@/testing/test-bank'
import fixture from '../proof/round-proof-fixture.json'
import SlotMachine from './SlotMachine.vue'

const SHEET = fixture.par_sheet as unknown as ParSheet
const GAME: GameCard = {
  game: 'starlight_smuggler',
  title: 'Starlight Smuggler',
  path: 'starlight-smuggler',
  is_enabled: true,
  payout_percentage: 95,
  config_hash: SHEET.config_hash,
  min_bet: 0.01,
  max_bet: 100,
  max_bet_now: 94,
  lines: 9,
  reels: 5,
  rows: 3,
}
const { spins } = fixture.round

/** The answer to a spin that stands as the fixture's first free spin does, with amounts as the test wants them. */
function landed(change: Record<string, unknown> = {}) {
  return answer(200, {
    round_id: 42,
    epoch: 1,
    nonce: 3,
    sub: 0,
    client_seed: 'neon-otter',
    config_hash: SHEET.config_hash,
    commitment: '00',
    stops: spins[1]?.stops,
    grid: spins[1]?.grid,
    bet_per_line: 0.1,
    total_bet: 0.9,
    win_multiplier: 0,
    win_amount: 0,
    winning_lines: [],
    scatter_count: 0,
    bonus_spins_awarded: 0,
    free_spins_remaining: 0,
    was_free_spin: false,
    balance: 999.1,
    ...change,
  })
}

function sit(spin: () => Promise<Response>) {
  const requests: Request[] = []
  const bank = testBank((request) => {
    if (request.method !== 'POST') return Promise.resolve(answer(200, { account: RUNNER, transactions: [] }))
    requests.push(request)
    return spin()
  })
  bank.queryClient.setQueryData(accountKey, RUNNER)
  const machine = mount(SlotMachine, {
    props: { game: GAME, sheet: SHEET, lastRound: null, closedBecause: '' },
    global: { ...bank.global, stubs: { RouterLink: RouterLinkStub } },
  })
  const press = () => machine.find('.spin').trigger('click')
  const words = () => machine.find('[data-testid="spin-result"]').text()
  return { machine, requests, press, words }
}

/** Long enough for the reels and for the pace between two presses. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(5_000)
  await flushPromises()
}

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
  // jsdom knows no media queries; the device of these specs asks for no movement.
  vi.stubGlobal('matchMedia', () => ({ matches: true }))
})
afterEach(() => vi.useRealTimers())

describe('a machine', () => {
  it('costs the line bet on all nine lines and says so', () => {
    expect(sit(() => Promise.resolve(landed())).machine.text()).toContain('per line × 9 lines = 0.90 ¤')
  })

  it('fires once, however often it is pressed', async () => {
    const { requests, press } = sit(() => Promise.resolve(landed()))
    await press()
    await press()
    await settle()
    expect(requests).toHaveLength(1)
    expect(requests[0]?.headers.get('Idempotency-Key')).toMatch(/^[0-9a-f-]{36}$/)
    await press()
    await settle()
    expect(requests).toHaveLength(2)
    expect(requests[1]?.headers.get('Idempotency-Key')).not.toBe(requests[0]?.headers.get('Idempotency-Key'))
  })

  it('stands as the server said', async () => {
    const { machine, press } = sit(() => Promise.resolve(landed()))
    await press()
    await settle()
    expect(machine.find('[role="img"]').attributes('aria-label')?.split('. ')).toHaveLength(3)
    expect(machine.text()).toContain('Check round 42')
  })

  it('celebrates only what is more than the bet', async () => {
    const small = sit(() => Promise.resolve(landed({ win_amount: 0.8 })))
    await small.press()
    await settle()
    expect(small.words()).toBe('0.80 ¤ back of 0.90 ¤')
    expect(small.machine.find('.grand').exists()).toBe(false)
    const large = sit(() => Promise.resolve(landed({ win_amount: 2.5 })))
    await large.press()
    await settle()
    expect(large.words()).toBe('Won 2.50 ¤')
    expect(large.machine.find('.grand').exists()).toBe(true)
  })

  it('counts free spins down and asks for no bet meanwhile', async () => {
    const { machine, press } = sit(() => Promise.resolve(landed({ bonus_spins_awarded: 5, free_spins_remaining: 5 })))
    await press()
    await settle()
    expect(machine.text()).toContain('5 free spins left')
    expect(machine.find('.spin').text()).toBe('Free spin')
    expect(machine.find('[data-testid="line-bet"]').exists()).toBe(false)
  })

  it('says what a refusal says, and can be pressed again', async () => {
    const refusal = { code: 'limit_reached', message: 'This bet goes past your limit.' }
    const { machine, press } = sit(() => Promise.resolve(answer(400, refusal)))
    await press()
    await settle()
    expect(machine.find('[role="alert"]').text()).toBe('This bet goes past your limit.')
    expect(machine.find('.spin').attributes('disabled')).toBeUndefined()
  })

  it('offers the same press again when no answer came', async () => {
    const { machine, requests, press } = sit(() => Promise.reject(new TypeError('network')))
    await press()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(machine.find('.spin').text()).toBe('Try again safely')
    expect(new Set(requests.map((request) => request.headers.get('Idempotency-Key'))).size).toBe(1)
  })

  it('takes no bet while the player is absent', async () => {
    const { machine, requests, press } = sit(() => Promise.resolve(landed()))
    await machine.setProps({ closedBecause: 'You are taking a break.' })
    await press()
    expect(requests).toHaveLength(0)
    expect(machine.text()).toContain('You are taking a break.')
  })
})
