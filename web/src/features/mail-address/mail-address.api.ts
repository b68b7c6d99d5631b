import { queryOptions } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { OwnAccount } from '@/shared/api/types'

const PATH = '/api/auth/me'

/** Who the signed-in person is to the Authentication Service: address, role, whether the address is proven. */
export function ownAccountQuery(api: BankApi) {
  return queryOptions({
    queryKey: ['own-account'] as const,
    queryFn: async ({ signal }): Promise<OwnAccount> => (await answerOf(api.auth.GET(PATH, { signal }))).user,
  })
}

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
