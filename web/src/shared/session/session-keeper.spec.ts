import { describe, expect, it, vi } from 'vitest'
import { SessionKeeper, type AccessToken, type RenewalAnswer, type SessionPorts } from './session-keeper'

const HOUR_MS = 3_600_000

/** Tabs of one browser: one cookie, one channel, and a server that takes each refresh token once. */
class Browser {
  now = 1_000_000
  cookie = 1
  renewals = 0
  readonly #listeners: ((event: MessageEvent) => void)[] = []
  readonly #seen = new Set<number>()
  #queue: Promise<unknown> = Promise.resolve()

  renew = async (): Promise<RenewalAnswer> => {
    const presented = this.cookie
    if (presented === 0 || this.#seen.has(presented)) return { outcome: 'refused' }
    this.#seen.add(presented)
    this.renewals += 1
    await Promise.resolve()
    await Promise.resolve()
    this.cookie = presented + 1
    return { outcome: 'renewed', token: this.#token(presented) }
  }

  #token(id: number): AccessToken {
    return { value: `token-${id}`, expiresAt: this.now + HOUR_MS }
  }

  openTab(options: { withLocks: boolean; renew?: SessionPorts['renew'] }): SessionKeeper {
    const own: ((event: MessageEvent) => void)[] = []
    const channel = {
      postMessage: (data: unknown) => {
        for (const listener of this.#listeners.filter((each) => !own.includes(each))) {
          listener(new MessageEvent('message', { data }))
        }
      },
      addEventListener: (_type: string, listener: unknown) => {
        own.push(listener as (event: MessageEvent) => void)
        this.#listeners.push(listener as (event: MessageEvent) => void)
      },
    }
    const locks = {
      request: (_name: string, work: () => Promise<unknown>) => {
        const turn = this.#queue.then(work)
        this.#queue = turn.catch(() => undefined)
        return turn
      },
    }
    return new SessionKeeper({
      renew: options.renew ?? this.renew,
      locks: options.withLocks ? (locks as unknown as SessionPorts['locks']) : undefined,
      channel: channel as SessionPorts['channel'],
      now: () => this.now,
      wait: () => new Promise((resolve) => setTimeout(resolve, 5)),
    })
  }
}

describe('the session keeper', () => {
  it('renews once for many requests that start together', async () => {
    const browser = new Browser()
    const tab = browser.openTab({ withLocks: true })
    const tokens = await Promise.all([tab.token(), tab.token(), tab.token()])
    expect(tokens).toEqual(['token-1', 'token-1', 'token-1'])
    expect(browser.renewals).toBe(1)
  })

  it.each([true, false])('keeps two tabs signed in that wake up together (locks: %s)', async (withLocks) => {
    const browser = new Browser()
    const tabs = [browser.openTab({ withLocks }), browser.openTab({ withLocks })]
    const tokens = await Promise.all(tabs.map((tab) => tab.token()))
    expect(tokens.every((token) => token !== null)).toBe(true)
    expect(await tabs[0]?.token()).toBe(await tabs[1]?.token())
  })

  it('survives a reload in the middle of a renewal', async () => {
    const browser = new Browser()
    const leftPage = browser.openTab({ withLocks: false }).token()
    const reloadedPage = browser.openTab({ withLocks: true }).token()
    expect(await leftPage).not.toBeNull()
    expect(await reloadedPage).not.toBeNull()
  })

  it('renews shortly before the token ends and not earlier', async () => {
    const browser = new Browser()
    const tab = browser.openTab({ withLocks: true })
    await tab.token()
    browser.now += HOUR_MS - 61_000
    expect(await tab.token()).toBe('token-1')
    browser.now += 2_000
    expect(await tab.token()).toBe('token-2')
  })

  it('tells its listeners in every tab when the session ends', async () => {
    const browser = new Browser()
    const [one, two] = [browser.openTab({ withLocks: true }), browser.openTab({ withLocks: true })]
    const ended = vi.fn()
    two.onEnd(ended)
    one.end()
    expect(ended).toHaveBeenCalledOnce()
  })

  it('does not lend a new sign-in to a tab that shows somebody else', async () => {
    const browser = new Browser()
    const [shown, other] = [browser.openTab({ withLocks: true }), browser.openTab({ withLocks: true })]
    await shown.token()
    const replaced = vi.fn()
    shown.onReplacement(replaced)
    other.begin({ value: 'token-of-somebody-else', expiresAt: browser.now + HOUR_MS })
    expect(replaced).toHaveBeenCalledOnce()
    expect(await shown.token()).not.toBe('token-of-somebody-else')
  })

  it('asks nothing of the server once the session is over, until somebody signs in', async () => {
    const browser = new Browser()
    const tab = browser.openTab({ withLocks: true })
    await tab.token()
    tab.end()
    expect(await tab.token()).toBeNull()
    expect(browser.renewals).toBe(1)
    tab.begin({ value: 'next', expiresAt: browser.now + HOUR_MS })
    expect(await tab.token()).toBe('next')
  })

  it('answers null when the server refuses, and raises when it cannot be reached', async () => {
    const browser = new Browser()
    browser.cookie = 0
    expect(await browser.openTab({ withLocks: true }).token()).toBeNull()
    const reason = new Error('offline')
    const renew = () => Promise.resolve<RenewalAnswer>({ outcome: 'unreachable', reason })
    await expect(browser.openTab({ withLocks: true, renew }).token()).rejects.toBe(reason)
  })
})
