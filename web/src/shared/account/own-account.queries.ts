import { queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { OwnAccount } from '@/shared/api/types'

/** Who the signed-in person is to the Authentication Service: id, address, role, whether the address is proven. */
export function ownAccountQuery(api: BankApi) {
  return queryOptions({
    queryKey: ['own-account'] as const,
    queryFn: async ({ signal }): Promise<OwnAccount> => (await answerOf(api.auth.GET('/api/auth/me', { signal }))).user,
  })
}
