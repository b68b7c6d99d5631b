import { mount, RouterLinkStub } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Unreachable } from '@/shared/api/problem'
import type { Account } from '@/shared/api/types'
import type { LastKnownAccount } from '@/shared/connection/last-known-account'
import { answer, RUNNER, testBank } from '@/testing/test-bank'
import BalanceCard from './BalanceCard.vue'

interface Shown {
  account: Account | null
  lastKnown: LastKnownAccount | null
  failure: Error | null
}

function show(props: Partial<Shown>) {
  const { global } = testBank(() => Promise.resolve(answer(200, {})))
  return mount(BalanceCard, {
    props: { account: null, lastKnown: null, failure: null, ...props },
    global: { ...global, stubs: { RouterLink: RouterLinkStub } },
  })
}

// jsdom knows no media queries; the device of these specs asks for no movement.
beforeEach(() => vi.stubGlobal('matchMedia', () => ({ matches: true })))

describe('the balance card', () => {
  it('shows the balance and the account number', () => {
    const text = show({ account: RUNNER }).text()
    expect(text).toContain('1,000.00 ¤')
    expect(text).toContain('NC-AAAA-AAAA')
  })

  it('shows what is held only when something is', () => {
    expect(show({ account: RUNNER }).text()).not.toContain('Held')
    const held = show({ account: { ...RUNNER, available: 949.99, held: 50.01 } }).text()
    expect(held).toContain('Held50.01 ¤')
    expect(held).toContain('Available949.99 ¤')
  })

  it('says how old a balance is that nobody has confirmed', () => {
    const lastKnown: LastKnownAccount = {
      characterName: 'Runner',
      accountNumber: 'NC-AAAA-AAAA',
      balance: 987.5,
      held: 0,
      seenAt: '2026-11-21T12:00:00Z',
    }
    const card = show({ lastKnown, failure: new Unreachable('no answer') })
    expect(card.text()).toContain('987.50')
    expect(card.text()).toContain('As of')
    expect(card.text()).not.toContain('Live')
  })

  it('offers another try when there is nothing to show', async () => {
    const card = show({ failure: new Unreachable('no answer') })
    expect(card.find('[role="alert"]').text()).toContain('The bank did not answer')
    await card.get('.failure button').trigger('click')
    expect(card.emitted('retry')).toHaveLength(1)
  })

  it('follows a change', async () => {
    const card = show({ account: RUNNER })
    await card.setProps({ account: { ...RUNNER, balance: 1012.5 } })
    expect(card.get('.digits').text()).toBe('1,012.50')
  })
})
