import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answer, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import GoOnPage from './GoOnPage.vue'

async function goOn(to: string) {
  const asked: string[] = []
  const bank = testBank((request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`)
    return Promise.resolve(answer(200, { message: 'known' }))
  })
  const { router, global } = await openScreens(bank, 'access')
  const leave = vi.fn()
  vi.stubGlobal('location', { ...window.location, replace: leave })
  const home = vi.spyOn(router, 'replace').mockResolvedValue()
  mount(GoOnPage, { props: { to }, global })
  await flushPromises()
  return { asked, leave, home }
}

afterEach(() => vi.unstubAllGlobals())

describe('going on to an app after the sign-in', () => {
  it('lets the pages for apps know the browser, and leaves for them', async () => {
    const { asked, leave } = await goOn('/oauth/authorize?client_id=x')
    expect(asked).toContain('POST /oauth/browser')
    expect(leave).toHaveBeenCalledWith('/oauth/authorize?client_id=x')
  })

  it.each(['https://evil.example', '//evil.example', '/oauth/authorize@evil.example', '/statement', ''])('leads nowhere else: %s', async (to) => {
    const { asked, leave, home } = await goOn(to)
    expect([asked.includes('POST /oauth/browser'), leave.mock.calls]).toEqual([false, []])
    expect(home).toHaveBeenCalledWith({ name: 'home' })
  })
})
