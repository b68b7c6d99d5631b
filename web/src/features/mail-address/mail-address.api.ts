import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'

/** Proofs that an address is one's own. Every function raises Refusal or Unreachable. */
export function useMailAddress() {
  const api = useBankApi()

  /** Has the confirming link mailed again. */
  async function sendAgain(email: string): Promise<void> {
    await answerOf(api.auth.POST('/api/auth/resend-verification', { body: { email } }))
  }

  /** Confirms an address with the secret of a mailed link. */
  async function confirm(secret: string): Promise<void> {
    await answerOf(api.auth.POST('/api/auth/verify-email', { body: { token: secret } }))
  }

  return { sendAgain, confirm }
}
