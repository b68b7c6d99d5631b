import { queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { Enrolment, Passkey } from '@/shared/api/types'
import { makePasskey } from '@/shared/passkeys/passkeys'
import { factorKey } from '@/shared/security/second-factor.queries'

const passkeysKey = ['passkeys'] as const
const googleKey = ['google-accounts'] as const

/** The passkeys of the signed-in person, the oldest first. */
export function passkeysQuery(api: BankApi) {
  return queryOptions({
    queryKey: passkeysKey,
    queryFn: async ({ signal }): Promise<Passkey[]> =>
      (await answerOf(api.auth.GET('/api/v1/auth/passkeys', { signal }))).passkeys,
  })
}

/** The addresses of the Google accounts that are linked to the signed-in person. */
export function googleQuery(api: BankApi) {
  return queryOptions({
    queryKey: googleKey,
    queryFn: async ({ signal }): Promise<string[]> =>
      (await answerOf(api.auth.GET('/api/auth/google/account', { signal }))).addresses,
  })
}

/**
 * Changes of how somebody signs in; whoever merely holds a token changes none, so all take the password.
 * Every function raises Refusal or Unreachable.
 */
export function useSecurityChanges() {
  const { auth } = useBankApi()
  const queryClient = useQueryClient()

  async function changed<Answer>(queryKey: readonly string[], answer: Promise<Answer>): Promise<Answer> {
    const given = await answer
    await queryClient.invalidateQueries({ queryKey })
    return given
  }

  /** Gives what goes into an authenticator app; it counts once its first code was confirmed. */
  const enrol = (password: string): Promise<Enrolment> => answerOf(auth.POST('/api/v1/auth/totp', { body: { password } }))

  /** Puts the app in force and gives the recovery codes, which nobody can show again. */
  async function confirmApp(code: string): Promise<string[]> {
    return (await changed(factorKey, answerOf(auth.POST('/api/v1/auth/totp/confirm', { body: { code } })))).recovery_codes
  }

  /** Gives new recovery codes; all others are worthless. */
  async function renewCodes(password: string): Promise<string[]> {
    const answer = answerOf(auth.POST('/api/v1/auth/totp/recovery-codes', { body: { password } }))
    return (await changed(factorKey, answer)).recovery_codes
  }

  async function removeApp(password: string): Promise<void> {
    await changed(factorKey, answerOf(auth.POST('/api/v1/auth/totp/remove', { body: { password } })))
  }

  /** Has the browser make a passkey and gives it to the bank. Raises PasskeyRefusal as well. */
  async function addPasskey(name: string, password: string): Promise<void> {
    const { options } = await answerOf(auth.POST('/api/v1/auth/passkeys/options', { body: { password } }))
    const credential = await makePasskey(options)
    await changed(passkeysKey, answerOf(auth.POST('/api/v1/auth/passkeys', { body: { name, credential } })))
  }

  async function removePasskey(id: string, password: string): Promise<void> {
    const request = { params: { path: { passkey_id: id } }, body: { password } }
    await changed(passkeysKey, answerOf(auth.POST('/api/v1/auth/passkeys/{passkey_id}/remove', request)))
  }

  /** Leaves for Google, which sends the browser back to the security screen. */
  async function linkGoogle(password: string): Promise<void> {
    const { authorizationUrl } = await answerOf(auth.POST('/api/auth/google/link', { body: { password } }))
    window.location.assign(authorizationUrl)
  }

  async function unlinkGoogle(password: string): Promise<void> {
    await changed(googleKey, answerOf(auth.POST('/api/auth/google/unlink', { body: { password } })))
  }

  return { enrol, confirmApp, renewCodes, removeApp, addPasskey, removePasskey, linkGoogle, unlinkGoogle }
}
