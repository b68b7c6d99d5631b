import { useQueryClient } from '@tanstack/vue-query'
import { defineStore } from 'pinia'
import { inject, ref, type InjectionKey } from 'vue'
import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { SignedIn, SignedInByMail } from '@/shared/api/types'
import { forgetLastKnownAccount } from '@/shared/connection/last-known-account'
import { accountQuery } from '@/shared/account/account.queries'
import { accessTokenOf, cameFromOutside, COOKIE_TRANSPORT, mayBeSignedIn, rememberSignedIn } from './browser-session'
import type { SessionKeeper } from './session-keeper'

export const sessionKeeperKey: InjectionKey<SessionKeeper> = Symbol('session keeper')

/**
 * `unreachable` is a person with a session whose bank does not answer: they see their last known balance.
 * `leaving` lasts while the server ends the session; nothing new is asked of it then.
 */
export type SessionStatus = 'unknown' | 'signed-out' | 'signed-in' | 'unreachable' | 'leaving'

/** The first proof was right; a code for this is the second. */
export type Challenge = string

/** Who is signed in on this device. The token itself stays in the session keeper. */
export const useSessionStore = defineStore('session', () => {
  const keeper = inject(sessionKeeperKey)
  if (!keeper) throw new Error('The session keeper was not provided to this app.')
  const api = useBankApi()
  const queryClient = useQueryClient()
  const status = ref<SessionStatus>('unknown')

  function forgetPerson(): void {
    status.value = 'signed-out'
    rememberSignedIn(false)
    forgetLastKnownAccount()
    queryClient.clear()
  }

  keeper.onEnd(forgetPerson)
  // Law: a tab never shows one person's account while it acts as another.
  keeper.onReplacement(() => window.location.reload())

  /** Continues the session of an earlier visit, if there is one. */
  async function resume(): Promise<void> {
    if (!mayBeSignedIn()) {
      status.value = 'signed-out'
      return
    }
    try {
      const token = await keeper?.token()
      status.value = token ? 'signed-in' : 'signed-out'
      if (token && cameFromOutside()) {
        keeper?.announceBeginning()
        rememberSignedIn(true)
      }
    } catch {
      // The reason does not matter here: the screens ask again and explain it.
      status.value = 'unreachable'
    }
  }

  /** Begins the session of whoever has just proven who they are. */
  function enter(answer: SignedIn | SignedInByMail): void {
    queryClient.clear()
    keeper?.begin(accessTokenOf(answer, Date.now()))
    void queryClient.prefetchQuery(accountQuery(api))
    rememberSignedIn(true)
    status.value = 'signed-in'
  }

  /** Begins the session, or gives the challenge that still wants the code of an authenticator app. */
  function enterOrAsk(answer: SignedIn | SignedInByMail | { challenge: string }): Challenge | null {
    if ('challenge' in answer) return answer.challenge
    enter(answer)
    return null
  }

  /** Signs in with a character name or a mail address. Raises Refusal or Unreachable. */
  async function signIn(name: string, password: string): Promise<Challenge | null> {
    const body = { character_name: name, password }
    return enterOrAsk(await answerOf(api.auth.POST('/api/v1/auth/login', { headers: COOKIE_TRANSPORT, body })))
  }

  /** Answers a challenge with the code of an app, or a recovery code. Raises Refusal or Unreachable. */
  async function stepUp(challenge: Challenge, code: string): Promise<void> {
    const body = { challenge, code }
    enter(await answerOf(api.auth.POST('/api/v1/auth/second-factor', { headers: COOKIE_TRANSPORT, body })))
  }

  /** Ends the session on the server and on this device. Raises Unreachable when the server was not told. */
  async function signOut(): Promise<void> {
    status.value = 'leaving'
    try {
      await answerOf(api.auth.POST('/api/v1/auth/logout', { headers: COOKIE_TRANSPORT }))
    } catch (failure) {
      if (status.value === 'leaving') status.value = 'signed-in'
      throw failure
    }
    keeper?.end()
  }

  return { status, resume, enter, enterOrAsk, signIn, stepUp, signOut }
})
