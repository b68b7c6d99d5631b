import createClient, { type Client } from 'openapi-fetch'
import { inject, type InjectionKey } from 'vue'
import type { SessionKeeper } from '@/shared/session/session-keeper'
import type { paths as AuthPaths } from './auth'
import type { paths as CoinPaths } from './coin'
import { Refusal, Unreachable } from './problem'

/** Both services of the bank, spoken to as the person who is signed in. */
export interface BankApi {
  auth: Client<AuthPaths>
  coin: Client<CoinPaths>
}

export const bankApiKey: InjectionKey<BankApi> = Symbol('bank api')

/** The bank's API for the component or store that asks. */
export function useBankApi(): BankApi {
  const api = inject(bankApiKey)
  if (!api) throw new Error('The bank API was not provided to this app.')
  return api
}

/** Requests that are answered without a token; a 401 from them is about the password, not about the session. */
const OPEN_PATHS = [
  '/api/v1/config',
  '/api/v1/auth/login',
  '/api/v1/auth/second-factor',
  '/api/v1/auth/register',
  '/api/v1/auth/setup',
  '/api/v1/auth/reset-password',
  '/api/v1/auth/passkeys/sign-in/options',
  '/api/v1/auth/passkeys/sign-in',
  '/api/auth/google/offer',
  '/api/auth/register',
  '/api/auth/login/init',
  '/api/auth/login/verify',
  '/api/auth/verify-email',
  '/api/auth/forgot-password',
]

/** A wrong current password is answered with 401 as well; only these codes are about the token. */
const TOKEN_CODES = ['invalid_token', 'unauthenticated']

async function isAboutTheToken(response: Response): Promise<boolean> {
  const problem: unknown = await response.clone().json().catch(() => null)
  return typeof problem === 'object' && problem !== null && 'code' in problem && TOKEN_CODES.includes(String(problem.code))
}

/** Long enough for a busy bank, short enough that nobody stares at a turning wheel. */
const PATIENCE_MS = 20_000

/** Gives up on a network that swallows requests without an answer. */
async function sendInTime(request: Request, send: typeof fetch): Promise<Response> {
  const patience = new AbortController()
  const giveUp = () => patience.abort()
  const timer = setTimeout(giveUp, PATIENCE_MS)
  request.signal.addEventListener('abort', giveUp)
  try {
    return await send(new Request(request, { signal: patience.signal }))
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', giveUp)
  }
}

/** Sends requests with the session's token and, when the server no longer takes it, once more with a new one. */
export function authorisedFetch(session: SessionKeeper, send: typeof fetch): (request: Request) => Promise<Response> {
  const sendWith = (request: Request, token: string | null) => {
    if (token) request.headers.set('Authorization', `Bearer ${token}`)
    return sendInTime(request, send).catch((reason: unknown) => {
      throw new Unreachable('No answer from the bank.', { cause: reason })
    })
  }
  return async (request) => {
    if (OPEN_PATHS.includes(new URL(request.url).pathname)) return sendWith(request, null)
    const again = request.clone()
    const token = await session.token()
    if (!token) throw new Refusal(401, 'unauthenticated', '')
    const response = await sendWith(request, token)
    if (response.status !== 401 || !(await isAboutTheToken(response))) return response
    const renewed = await session.renewAfter(token)
    return renewed ? sendWith(again, renewed) : response
  }
}

/** Builds the typed clients on one authorised fetch. */
export function createBankApi(origin: string, session: SessionKeeper, send: typeof fetch): BankApi {
  const options = { baseUrl: origin, fetch: authorisedFetch(session, send), credentials: 'same-origin' as const }
  return { auth: createClient<AuthPaths>(options), coin: createClient<CoinPaths>(options) }
}
