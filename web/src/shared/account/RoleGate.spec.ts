import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { answer, RUNNER, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import RoleGate from './RoleGate.vue'

async function knock(role: string, requiredBy: string | null) {
  const asked: string[] = []
  const bank = testBank((request) => {
    const { pathname } = new URL(request.url)
    asked.push(pathname)
    if (!pathname.endsWith('/totp')) return Promise.resolve(answer(200, { account: { ...RUNNER, role } }))
    return Promise.resolve(answer(200, { has_totp: false, since: null, recovery_codes_left: 0, required_by: requiredBy }))
  })
  const { global } = await openScreens(bank, 'desk')
  const gate = mount(RoleGate, { props: { role: 'ADMIN', title: 'Desk' }, slots: { default: 'inside' }, global })
  await flushPromises()
  return { gate, asked }
}

describe('the door of the desk', () => {
  it('opens for staff, without another question', async () => {
    const { gate, asked } = await knock('ADMIN', null)
    expect(gate.text()).toBe('inside')
    expect(asked).not.toContain('/api/v1/auth/totp')
  })

  it('stays shut for others', async () => {
    expect((await knock('USER', null)).gate.text()).toContain('For staff only')
  })

  it('tells staff whose role is withheld what opens it again', async () => {
    const { gate } = await knock('USER', '2026-01-01T00:00:00Z')
    expect(gate.text()).toContain('Your role waits for an authenticator app')
    expect(gate.find('a').attributes('href')).toBe('/security')
  })
})
