import { queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { SecondFactor } from '@/shared/api/types'

/** Where the signed-in person's second factor lies in the query cache. */
export const factorKey = ['second-factor'] as const

/** What the signed-in person has beside the password, and until when they must have it. */
export function factorQuery(api: BankApi) {
  return queryOptions({
    queryKey: factorKey,
    queryFn: ({ signal }): Promise<SecondFactor> => answerOf(api.auth.GET('/api/v1/auth/totp', { signal })),
  })
}
