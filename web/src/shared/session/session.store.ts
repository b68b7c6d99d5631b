import { useQueryClient } from '@tanstack/vue-query'
import { defineStore } from 'pinia'
import { inject, ref, type InjectionKey } from 'vue'
import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import { forgetLastKnownAccount } from '@/shared/connection/last-known-account'
import { accountQuery } from '@/shared/account/account.queries'
import { accessTokenOf, COOKIE_TRANSPORT, mayBeSignedIn, rememberSignedIn } from './browser-session'
import type { SessionKeeper } from './session-keeper'

export const sessionKeeperKey: InjectionKey<SessionKeeper> = Symbol('session keeper')

/**
 * `unreachable` is a person with a session whose bank does not answer: they see their last known balance.
 * `leaving` lasts while the server ends the session; nothing new is asked of it then.
 */
export type SessionStatus = 'unknown' | 'signed-out' | 'signed-in' | 'unreachable' | 'leaving'

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
    } catch {
      // The reason does not matter here: the screens ask again and explain it.
      status.value = 'unreachable'
    }
  }

  /**
   * Signs in with a character name. Gives the challenge to answer with a code when the person has an
   * authenticator app, else null. Raises Refusal or Unreachable.
   */
  async function signIn(characterName: string, password: string): Promise<string | null> {
    const answer = await answerOf(
      api.auth.POST('/api/v1/auth/login', {
        headers: COOKIE_TRANSPORT,
        body: { character_name: characterName, password },
      }),
    )
    if ('challenge' in answer) return answer.challenge
    begin(accessTokenOf(answer, Date.now()))
    return null
  }

  /** Answers a sign-in's challenge with a code of the authenticator app, or a recovery code. */
  async function stepUp(challenge: string, code: string): Promise<void> {
    const answer = await answerOf(
      api.auth.POST('/api/v1/auth/second-factor', { headers: COOKIE_TRANSPORT, body: { challenge, code } }),
    )
    begin(accessTokenOf(answer, Date.now()))
  }

  function begin(token: ReturnType<typeof accessTokenOf>): void {
    queryClient.clear()
    keeper?.begin(token)
    void queryClient.prefetchQuery(accountQuery(api))
    rememberSignedIn(true)
    status.value = 'signed-in'
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

  return { status, resume, signIn, stepUp, signOut }
})
