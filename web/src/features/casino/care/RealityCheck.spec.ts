import { mount, RouterLinkStub } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PlaySession } from '@/shared/api/types'
import { answer, testBank } from '@/testing/test-bank'
import RealityCheck from './RealityCheck.vue'

function played(minutes: number, beganAt = '2026-11-22T20:00:00Z'): PlaySession {
  return { began_at: beganAt, minutes, rounds: 40, bet: 36, won: 30.5, net: -5.5 }
}

function sit(session: PlaySession | null, isWaiting = false) {
  const { global } = testBank(() => Promise.resolve(answer(200, {})))
  return mount(RealityCheck, { props: { session, isWaiting }, global: { ...global, stubs: { RouterLink: RouterLinkStub } } })
}

beforeEach(() => {
  localStorage.clear()
  // jsdom knows no modal dialogs.
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true
  }
})

describe('a reality check', () => {
  it('tells time and net position after half an hour, once', async () => {
    const seat = sit(played(29))
    expect(seat.find('dialog').exists()).toBe(false)
    await seat.setProps({ session: played(31) })
    expect(seat.text()).toContain('You have played for 31 minutes')
    expect(seat.text()).toContain('−5.50 ¤')
    await seat.find('dialog').trigger('close')
    await seat.setProps({ session: played(32) })
    expect(seat.find('dialog').exists()).toBe(false)
    await seat.setProps({ session: played(60) })
    expect(seat.text()).toContain('60 minutes')
  })

  it('waits until the reels stand', async () => {
    const seat = sit(played(35), true)
    expect(seat.find('dialog').exists()).toBe(false)
    await seat.setProps({ isWaiting: false })
    expect(seat.find('dialog').exists()).toBe(true)
  })

  it('begins anew with a new session', async () => {
    const seat = sit(played(35))
    await seat.find('dialog').trigger('close')
    await seat.setProps({ session: played(30, '2026-11-23T20:00:00Z') })
    expect(seat.find('dialog').exists()).toBe(true)
  })
})
