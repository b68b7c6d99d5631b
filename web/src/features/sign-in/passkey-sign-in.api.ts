import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import { signWithPasskey } from '@/shared/passkeys/passkeys'
import { COOKIE_TRANSPORT } from '@/shared/session/browser-session'
import { useSessionStore } from '@/shared/session/session.store'

/** Signs in whoever holds a passkey. The returned function raises PasskeyRefusal, Refusal or Unreachable. */
export function usePasskeySignIn() {
  const { auth } = useBankApi()
  const session = useSessionStore()
  return async (): Promise<void> => {
    const { options } = await answerOf(auth.POST('/api/v1/auth/passkeys/sign-in/options'))
    const credential = await signWithPasskey(options)
    const answer = answerOf(auth.POST('/api/v1/auth/passkeys/sign-in', { headers: COOKIE_TRANSPORT, body: { credential } }))
    session.enter(await answer)
  }
}
