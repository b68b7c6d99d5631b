import { queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import type { components } from '@/shared/api/coin'
import type { ApiKey, NewApiKey } from '@/shared/api/desk-types'
import { answerOf } from '@/shared/api/problem'

export type KeyTerms = components['schemas']['KeyBody']

/** Where the list of keys lies in the query cache. */
export const keysKey = ['api-keys'] as const

/** Keys that are not revoked: one's own, for staff everybody's. */
export function keysQuery(api: BankApi) {
  return queryOptions({
    queryKey: keysKey,
    queryFn: async ({ signal }): Promise<ApiKey[]> => (await answerOf(api.coin.GET('/api/developer/api-keys', { signal }))).apiKeys,
  })
}

/** Makes and revokes keys. Both raise Refusal or Unreachable. */
export function useKeyChanges() {
  const { coin } = useBankApi()
  const queryClient = useQueryClient()

  async function makeKey(terms: KeyTerms): Promise<NewApiKey> {
    try {
      return (await answerOf(coin.POST('/api/developer/api-keys', { body: terms }))).apiKey
    } finally {
      // A key whose answer got lost exists all the same, and can be revoked from the list.
      void queryClient.invalidateQueries({ queryKey: keysKey })
    }
  }

  async function revokeKey(id: string): Promise<void> {
    await answerOf(coin.DELETE('/api/developer/api-keys/{key_id}', { params: { path: { key_id: id } } }))
    await queryClient.invalidateQueries({ queryKey: keysKey })
  }

  return { makeKey, revokeKey }
}
