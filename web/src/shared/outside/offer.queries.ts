import { queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'

/** Whether people may sign in with Google here. */
export function googleOfferQuery(api: BankApi) {
  return queryOptions({
    queryKey: ['google-offer'],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<boolean> =>
      (await answerOf(api.auth.GET('/api/auth/google/offer', { signal }))).isOffered,
  })
}
