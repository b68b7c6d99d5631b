import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answer, CONFIG, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import AppPage from './AppPage.vue'
import SecurityPage from './SecurityPage.vue'

const NO_APP = { has_totp: false, since: null, recovery_codes_left: 0, required_by: null }
const PHONE_KEY = { id: 'CQ', name: 'My phone', created_at: '2026-11-21T12:00:00Z', used_at: null }
const SIGN_IN = { id: 1, person_id: 'p', act: 'signed_in', details: { device: 'Firefox on Android', means: 'hwk' }, timestamp: '2026-11-21T12:00:00Z' }
const ENROLMENT = { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x', picture: 'data:image/svg+xml,x' }
const CODES = ['wq7kma-3zt9xe', 'aaaaaa-bbbbbb']

interface State {
  factor?: object
  passkeys?: object[]
  /** Of accounts at Google; without a list, Google is not offered. */
  addresses?: string[]
}

function bankWith({ factor = NO_APP, passkeys = [], addresses }: State, config = CONFIG) {
  const posted: { path: string; body: unknown }[] = []
  const answers: Record<string, () => Response> = {
    'GET /api/v1/auth/totp': () => answer(200, factor),
    'POST /api/v1/auth/totp': () => answer(200, ENROLMENT),
    'POST /api/v1/auth/totp/confirm': () => answer(200, { recovery_codes: CODES }),
    'GET /api/v1/auth/passkeys': () => answer(200, { passkeys }),
    'GET /api/auth/google/offer': () => answer(200, { isOffered: addresses !== undefined }),
    'GET /api/auth/google/account': () => answer(200, { addresses }),
    'GET /api/v1/auth/security-events': () => answer(200, { events: [SIGN_IN], next_cursor: null }),
  }
  const bank = testBank(async (request) => {
    const { pathname } = new URL(request.url)
    if (request.method === 'POST') posted.push({ path: pathname, body: await request.json() })
    return answers[`${request.method} ${pathname}`]?.() ?? answer(404, { code: 'not_found', message: 'Not here.' })
  }, config)
  return { bank, posted }
}

async function open(state: State, config = CONFIG, outcome = { isLinked: false, refused: '' }) {
  const { bank, posted } = bankWith(state, config)
  const { router, global } = await openScreens(bank, 'security')
  const replace = vi.spyOn(router, 'replace').mockResolvedValue()
  const page = mount(SecurityPage, { props: { outcome }, global })
  await flushPromises()
  // A panel that is shown because of an answer asks a question of its own.
  await flushPromises()
  return { page, posted, replace }
}

afterEach(() => vi.unstubAllGlobals())

describe('the security screen', () => {
  it('says what happened in words', async () => {
    const { page } = await open({})
    expect(page.text()).toContain('Signed in')
    expect(page.text()).toContain('Firefox on Android · with a passkey')
  })

  it('tells staff until when they need an app', async () => {
    const later = new Date(Date.now() + 86_400_000).toISOString()
    expect((await open({ factor: { ...NO_APP, required_by: later } })).page.text()).toContain('Your role needs an authenticator app by')
    const { page } = await open({ factor: { ...NO_APP, required_by: '2026-01-01T00:00:00Z' } })
    expect(page.text()).toContain('Until you have one, you can do no more than a customer.')
  })

  it('warns when few recovery codes are left', async () => {
    const factor = { has_totp: true, since: '2026-11-21T12:00:00Z', recovery_codes_left: 1, required_by: null }
    const { page } = await open({ factor })
    expect(page.find('.warning').text()).toBe('One recovery code left.')
  })

  it('speaks of passkeys only where they work, or where there are some', async () => {
    expect((await open({})).page.text()).not.toContain('Passkeys')
    const { page } = await open({ passkeys: [PHONE_KEY] })
    expect(page.text()).toContain('My phone')
    expect(page.text()).not.toContain('Add a passkey')
    vi.stubGlobal('PublicKeyCredential', vi.fn())
    expect((await open({})).page.text()).toContain('Add a passkey')
    expect((await open({}, { ...CONFIG, public_url: 'https://bank.example' })).page.text()).not.toContain('Add a passkey')
  })

  it('speaks of Google only where it is set up, and of what came of the way there once', async () => {
    expect((await open({})).page.text()).not.toContain('Google')
    const { page, replace } = await open({ addresses: [] }, CONFIG, { isLinked: false, refused: 'outside_account_taken' })
    expect(page.text()).toContain('linked to an account here already')
    expect(replace).toHaveBeenCalledWith({ name: 'security' })
    expect((await open({ addresses: ['runner@example.org'] })).page.text()).toContain('runner@example.org')
  })
})

describe('adding an authenticator app', () => {
  it('goes from the password over the secret to codes that are shown once', async () => {
    vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
    const { bank, posted } = bankWith({})
    const { global } = await openScreens(bank, 'security')
    const page = mount(AppPage, { global, attachTo: document.body })
    const send = async (text: string) => {
      await page.find('input').setValue(text)
      await page.find('form').trigger('submit')
      await flushPromises()
    }
    await send('')
    expect(page.text()).toContain('Enter your current password.')
    await send('chrome-rain-4417')
    expect(page.find('img').attributes('src')).toBe(ENROLMENT.picture)
    expect(page.find('[data-testid="secret"]').text()).toBe('JBSW Y3DP EHPK 3PXP')
    await send('12')
    expect(page.text()).toContain('Enter the six digits.')
    await send('402 917')
    expect(page.find('[data-testid="recovery-codes"]').text()).toBe(CODES.join(''))
    expect(posted.map(({ body }) => body)).toEqual([{ password: 'chrome-rain-4417' }, { code: '402917' }])
    page.unmount()
  })
})
