/** A bearer token and the moment (milliseconds since 1970) after which it is worthless. */
export interface AccessToken {
  value: string
  expiresAt: number
}

export type RenewalAnswer =
  | { outcome: 'renewed'; token: AccessToken }
  | { outcome: 'refused' }
  | { outcome: 'unreachable'; reason: unknown }

/** What the keeper needs from the world around it. */
export interface SessionPorts {
  /** Trades the refresh cookie for a new access token. */
  renew: () => Promise<RenewalAnswer>
  /** Absent on plain HTTP, where browsers offer no locks. */
  locks: Pick<LockManager, 'request'> | undefined
  /** Tells the other tabs; absent in very old browsers. */
  channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'> | undefined
  now: () => number
  wait: (milliseconds: number) => Promise<void>
}

/** `begun` is a new sign-in, perhaps of somebody else: what other tabs show may no longer be theirs. */
type Announcement = { kind: 'begun' } | { kind: 'renewed'; token: AccessToken } | { kind: 'ended' }

const LOCK_NAME = 'loopbank-session'
/** A token this close to its end is renewed before it is used, so that a slow request does not outlive it. */
const RENEW_BEFORE_MS = 60_000
/** The server forgives one lost race for a refresh token within ten seconds; the winner is heard well before. */
const LOST_RACE_WAIT_MS = 1_200
const RETRIES_AFTER_LOST_RACE = 1

/**
 * Holds the access token in memory, and nowhere else, and renews it.
 *
 * Law: refresh tokens rotate, so the same one must not be presented twice. With locks the tabs take turns. Where a
 * race is lost all the same (no locks on plain HTTP, or a page that was reloaded while it renewed), the loser waits
 * for the winner's answer and tries once more with the rotated cookie.
 */
export class SessionKeeper {
  #token: AccessToken | null = null
  #hasEnded = false
  #renewal: Promise<string | null> | null = null
  #endListeners = new Set<() => void>()
  #replacementListeners = new Set<() => void>()
  readonly #ports: SessionPorts

  constructor(ports: SessionPorts) {
    this.#ports = ports
    ports.channel?.addEventListener('message', (event) => this.#hear((event as MessageEvent<Announcement>).data))
  }

  /** Calls back when the session ends here, in another tab, or on the server. Returns the way to stop listening. */
  onEnd(listener: () => void): () => void {
    this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  /** Calls back when another tab has signed in, perhaps as somebody else. Returns the way to stop listening. */
  onReplacement(listener: () => void): () => void {
    this.#replacementListeners.add(listener)
    return () => this.#replacementListeners.delete(listener)
  }

  /** Takes over the token of a fresh sign-in. */
  begin(token: AccessToken): void {
    this.#take(token)
    this.announceBeginning()
  }

  /** Tells the other tabs of a session that began elsewhere and came in the cookie. */
  announceBeginning(): void {
    this.#tell({ kind: 'begun' })
  }

  /** Forgets the session and tells the other tabs. */
  end(): void {
    this.#tell({ kind: 'ended' })
    this.#finish()
  }

  /** A token that is good for a request now, or null when nobody is signed in. Raises when the bank is out of reach. */
  async token(): Promise<string | null> {
    // A screen that is still closing must not knock at the door of a session that is over.
    if (this.#hasEnded) return null
    if (this.#token && this.#token.expiresAt - RENEW_BEFORE_MS > this.#ports.now()) return this.#token.value
    return this.renewAfter(this.#token?.value ?? null)
  }

  /** Replaces a token the server no longer takes; many callers at once cause one renewal. */
  renewAfter(stale: string | null): Promise<string | null> {
    this.#renewal ??= this.#renewInTurn(stale).finally(() => {
      this.#renewal = null
    })
    return this.#renewal
  }

  async #renewInTurn(stale: string | null): Promise<string | null> {
    const renew = () => this.#renew(stale, RETRIES_AFTER_LOST_RACE)
    return this.#ports.locks ? this.#ports.locks.request(LOCK_NAME, renew) : renew()
  }

  async #renew(stale: string | null, retriesLeft: number): Promise<string | null> {
    const heard = this.#token
    if (heard && heard.value !== stale) return heard.value
    const answer = await this.#ports.renew()
    if (answer.outcome === 'renewed') {
      this.#take(answer.token)
      this.#tell({ kind: 'renewed', token: answer.token })
      return answer.token.value
    }
    if (answer.outcome === 'unreachable') throw answer.reason
    if (retriesLeft > 0) {
      await this.#ports.wait(LOST_RACE_WAIT_MS)
      return this.#renew(stale, retriesLeft - 1)
    }
    this.end()
    return null
  }

  #hear(announcement: Announcement): void {
    if (announcement.kind === 'renewed') this.#take(announcement.token)
    else if (announcement.kind === 'ended') this.#finish()
    else {
      this.#token = null
      for (const listener of this.#replacementListeners) listener()
    }
  }

  #take(token: AccessToken): void {
    this.#token = token
    this.#hasEnded = false
  }

  #tell(announcement: Announcement): void {
    this.#ports.channel?.postMessage(announcement)
  }

  #finish(): void {
    this.#token = null
    this.#hasEnded = true
    for (const listener of this.#endListeners) listener()
  }
}
