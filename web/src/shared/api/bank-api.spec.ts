import { describe, expect, it } from 'vitest'
import { SessionKeeper } from '@/shared/session/session-keeper'
import { answer } from '@/testing/test-bank'
import { createBankApi } from './bank-api'
import { answerOf, Refusal, Unreachable } from './problem'

const HOUR_MS = 3_600_000

/** A signed-in person whose token the server takes only in its renewed form. */
function signedIn(handle: (request: Request) => Promise<Response>) {
  let renewals = 0
  const keeper = new SessionKeeper({
    renew: () => {
      renewals += 1
      return Promise.resolve({ outcome: 'renewed', token: { value: 'new', expiresAt: Date.now() + HOUR_MS } })
    },
    locks: undefined,
    channel: undefined,
    now: () => Date.now(),
    wait: () => Promise.resolve(),
  })
  keeper.begin({ value: 'old', expiresAt: Date.now() + HOUR_MS })
  const api = createBankApi('http://bank.test', keeper, (request) => handle(request as Request))
  return { api, renewals: () => renewals }
}

describe('a request to the bank', () => {
  it('is repeated once, whole, with a new token when the old one is no longer taken', async () => {
    const bodies: unknown[] = []
    const { api } = signedIn(async (request) => {
      bodies.push(await request.json())
      const isNew = request.headers.get('Authorization') === 'Bearer new'
      return isNew ? answer(200, { message: 'ok', account: {} }) : answer(401, { code: 'invalid_token', message: '' })
    })
    await answerOf(api.coin.PUT('/api/v1/account/profile', { body: { faction: 'Fixers' } }))
    expect(bodies).toEqual([{ faction: 'Fixers' }, { faction: 'Fixers' }])
  })

  it('does not renew the session for a wrong current password', async () => {
    const wrong = {
      code: 'wrong_password',
      message: 'The current password is wrong.',
      errors: [{ field: 'current_password', message: 'The current password is wrong.' }],
    }
    const { api, renewals } = signedIn(() => Promise.resolve(answer(401, wrong)))
    const body = { current_password: 'x', new_password: 'chrome-rain-4417' }
    const failure: unknown = await answerOf(api.auth.PUT('/api/v1/account/password', { body })).catch((reason: unknown) => reason)
    expect(failure).toBeInstanceOf(Refusal)
    expect((failure as Refusal).fields).toEqual(wrong.errors)
    expect(renewals()).toBe(0)
  })

  it('carries no token where none is needed', async () => {
    const seen: (string | null)[] = []
    const { api } = signedIn((request) => {
      seen.push(request.headers.get('Authorization'))
      return Promise.resolve(answer(200, {}))
    })
    await answerOf(api.coin.GET('/api/v1/config'))
    expect(seen).toEqual([null])
  })

  it('is unreachable when no answer comes, and a page of a proxy is a refusal', async () => {
    const lost = signedIn(() => Promise.reject(new TypeError('network'))).api
    await expect(answerOf(lost.coin.GET('/api/v1/account'))).rejects.toBeInstanceOf(Unreachable)
    const proxied = signedIn(() => Promise.resolve(new Response('<html>', { status: 502 }))).api
    await expect(answerOf(proxied.coin.GET('/api/v1/account'))).rejects.toMatchObject({ status: 502, code: '' })
  })
})
