import { queryOptions, useQuery } from '@tanstack/vue-query'
import type { Account } from '@/shared/api/types'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'

/** Where the signed-in person's account lies in the query cache. */
export const accountKey = ['account'] as const

/** How the signed-in person's account is fetched. */
export function accountQuery(api: BankApi) {
  return queryOptions({
    queryKey: accountKey,
    queryFn: async ({ signal }): Promise<Account> =>
      (await answerOf(api.coin.GET('/api/v1/account', { signal }))).account,
  })
}

/** The signed-in person's account, kept current by the live stream. */
export function useAccount() {
  return useQuery(accountQuery(useBankApi()))
}
