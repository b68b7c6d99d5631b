import type { SignedIn, SignedInByMail } from '@/shared/api/types'
import { Unreachable } from '@/shared/api/problem'
import { SessionKeeper, type AccessToken, type RenewalAnswer } from './session-keeper'

/** Asks for the refresh token as an HttpOnly cookie, which no script can read. */
export const COOKIE_TRANSPORT = { 'X-Session-Transport': 'cookie' } as const

/** Only says that a refresh cookie may exist, so that a first visit does not begin with a refused request. */
const SIGNED_IN_MARK = 'loopbank.signed-in'

/** The first screen waits for this answer, so a network that swallows it must not keep people in the dark. */
const PATIENCE_MS = 8_000

/** The token of a sign-in or renewal, with its end on this device's clock; both faces of the API are understood. */
export function accessTokenOf(answer: SignedIn | SignedInByMail, now: number): AccessToken {
  if ('token' in answer) return { value: answer.token, expiresAt: now + answer.expiresIn * 1000 }
  return { value: answer.access_token, expiresAt: now + answer.expires_in * 1000 }
}

/** Somebody left for a provider elsewhere, and may come back signed in: to any screen but the sign-in. */
const OUTSIDE = 'outside'

/** Remembers on this device whether somebody is signed in. */
export function rememberSignedIn(isSignedIn: boolean): void {
  if (isSignedIn) localStorage.setItem(SIGNED_IN_MARK, 'yes')
  else localStorage.removeItem(SIGNED_IN_MARK)
}

/** Leaves for Google, which sends the browser back to a screen with a session in the refresh cookie, or to the sign-in. */
export function leaveForGoogle(screen: string): void {
  localStorage.setItem(SIGNED_IN_MARK, OUTSIDE)
  window.location.assign(`/api/auth/google${screen && `?continue=${encodeURIComponent(screen)}`}`)
}

/** Whether the session in the refresh cookie, if there is one, began elsewhere. */
export function cameFromOutside(): boolean {
  return localStorage.getItem(SIGNED_IN_MARK) === OUTSIDE
}

/** Whether a session may be waiting in the refresh cookie. */
export function mayBeSignedIn(): boolean {
  const isBackEmptyHanded = cameFromOutside() && window.location.pathname === '/sign-in'
  return localStorage.getItem(SIGNED_IN_MARK) !== null && !isBackEmptyHanded
}

async function renewFromCookie(): Promise<RenewalAnswer> {
  let response: Response
  try {
    response = await fetch('/api/v1/auth/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...COOKIE_TRANSPORT },
      body: '{}',
      credentials: 'same-origin',
      // A page that is left in this moment must still receive the rotated cookie, or the session would be lost.
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (reason) {
    return { outcome: 'unreachable', reason: new Unreachable('No answer from the bank.', { cause: reason }) }
  }
  if (response.ok) {
    const answer = (await response.json()) as SignedIn
    return { outcome: 'renewed', token: accessTokenOf(answer, Date.now()) }
  }
  // A server that is starting or overloaded has not ended the session.
  if (response.status === 429 || response.status >= 500) {
    return { outcome: 'unreachable', reason: new Unreachable('The bank is busy.') }
  }
  return { outcome: 'refused' }
}

/** The session of this browser: cookie, tab locks and tab announcements. */
export function createBrowserSession(): SessionKeeper {
  return new SessionKeeper({
    renew: renewFromCookie,
    // Browsers hide both on plain HTTP, which events on a local network may use.
    locks: (navigator as Partial<Navigator>).locks,
    channel: 'BroadcastChannel' in window ? new BroadcastChannel('loopbank-session') : undefined,
    now: () => Date.now(),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  })
}
