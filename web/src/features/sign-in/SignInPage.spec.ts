import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, CONFIG, RUNNER, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import SignInPage from './SignInPage.vue'

const PLATFORM = { ...CONFIG, profile: 'platform', theme: 'looping-binary', password_length_min: 8 }
const SIGNED_IN = { access_token: 'token', token_type: 'Bearer', expires_in: 3600, user: RUNNER }

async function open(config: typeof CONFIG, outcome = { refused: '', challenge: '' }, isGoogleOffered = false) {
  const asked: { path: string; body: unknown }[] = []
  const bank = testBank(async (request) => {
    const { pathname } = new URL(request.url)
    const body: unknown = request.method === 'POST' ? await request.json().catch(() => null) : null
    asked.push({ path: pathname, body })
    if (pathname.endsWith('/sign-in/options')) return answer(200, { options: { challenge: 'AQID', rpId: 'localhost' } })
    if (pathname === '/api/auth/google/offer') return answer(200, { isOffered: isGoogleOffered })
    if (pathname === '/api/v1/auth/login') return answer(200, { totp_required: true, challenge: 'prove-it' })
    if (pathname === '/api/v1/auth/second-factor') return answer(200, SIGNED_IN)
    return answer(200, { account: RUNNER })
  }, config)
  const { router, global } = await openScreens(bank, 'access')
  const enter = vi.spyOn(router, 'replace').mockResolvedValue()
  const page = mount(SignInPage, { props: { outcome }, global, attachTo: document.body })
  await flushPromises()
  const posts = () => asked.filter(({ body }) => body !== null)
  return { page, posts, enter }
}

async function fillAndSend(page: Awaited<ReturnType<typeof open>>['page'], ...texts: string[]) {
  const fields = page.findAll('input')
  for (const [at, text] of texts.entries()) await fields[at]?.setValue(text)
  await page.find('form').trigger('submit')
  await flushPromises()
}

beforeEach(() => localStorage.clear())

describe('the sign-in', () => {
  it('asks for an address where people join by mail, and offers ways for the forgetful', async () => {
    const { page } = await open(PLATFORM)
    expect(page.find('input').attributes('type')).toBe('email')
    expect(page.text()).toContain('Sign in with a code')
    expect(page.text()).toContain('Forgot your password?')
  })

  it('asks for a character name at an event, and takes slips of the staff', async () => {
    const { page } = await open(CONFIG)
    expect(page.text()).toContain('Character name')
    expect(page.text()).toContain('I have a reset slip')
    expect(page.text()).not.toContain('Sign in with a code')
  })

  it('wants the code of the app when the password alone is not enough', async () => {
    const { page, posts, enter } = await open(PLATFORM)
    await fillAndSend(page, 'runner@example.org', 'chrome-rain-4417')
    expect(page.text()).toContain('One more step')
    const field = page.find('input')
    expect(field.attributes('autocomplete')).toBe('one-time-code')
    expect(document.activeElement).toBe(field.element)

    await fillAndSend(page, ' 402917 ')
    expect(posts()[1]).toEqual({ path: '/api/v1/auth/second-factor', body: { challenge: 'prove-it', code: '402917' } })
    expect(enter).toHaveBeenCalledWith({ name: 'home' })
  })

  it('offers Google where a client is set, and says why Google opened nothing', async () => {
    const { page, enter } = await open(PLATFORM, { refused: 'outside_link_needed', challenge: '' }, true)
    expect(page.text()).toContain('Sign in with Google')
    expect(page.find('[role="alert"]').text()).toContain('There is an account with this address.')
    expect(enter).toHaveBeenCalledWith({ name: 'sign-in', query: {} })
    expect((await open(PLATFORM)).page.text()).not.toContain('Google')
  })

  it('goes on with the second factor of whoever came back from Google', async () => {
    const { page, posts } = await open(PLATFORM, { refused: '', challenge: 'from-google' })
    await fillAndSend(page, '402917')
    expect(posts()).toEqual([{ path: '/api/v1/auth/second-factor', body: { challenge: 'from-google', code: '402917' } }])
  })

  it('signs in with a passkey where the browser and the site have them', async () => {
    expect((await open(PLATFORM)).page.text()).not.toContain('passkey')
    vi.stubGlobal('PublicKeyCredential', vi.fn())
    const declined = vi.fn(() => Promise.reject(new DOMException('no', 'NotAllowedError')))
    vi.stubGlobal('navigator', { ...navigator, credentials: { get: declined } })
    const { page } = await open(PLATFORM)
    await page.findAll('button').find((button) => button.text() === 'Sign in with a passkey')?.trigger('click')
    await flushPromises()
    expect(declined).toHaveBeenCalledOnce()
    expect(page.text()).toContain('No passkey was used.')
    vi.unstubAllGlobals()
  })

  it('does not bother the server with an empty form', async () => {
    const { page, posts } = await open(PLATFORM)
    await fillAndSend(page)
    expect(page.text()).toContain('Enter your e-mail address.')
    expect(posts()).toEqual([])
  })
})
