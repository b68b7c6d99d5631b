import { queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { ListedOAuthClient, NewOAuthClient, OAuthClientTerms } from '@/shared/api/types'

const key = ['oauth-clients'] as const
const ONE = '/api/developer/clients/{client_id}'

/** The apps that a developer has registered, the newest first. */
export function clientsQuery(api: BankApi) {
  return queryOptions({
    queryKey: key,
    queryFn: async ({ signal }): Promise<ListedOAuthClient[]> =>
      (await answerOf(api.auth.GET('/api/developer/clients', { signal }))).clients,
  })
}

/** What a developer does with registered apps. Every function raises Refusal or Unreachable. */
export function useClientChanges() {
  const api = useBankApi()
  const queryClient = useQueryClient()
  const at = (id: string) => ({ params: { path: { client_id: id } } })

  async function listed<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const given = await answer
    await queryClient.invalidateQueries({ queryKey: key })
    return given
  }

  /** Registers an app; its secret is in this answer and never again. */
  async function register(terms: OAuthClientTerms, isPublic: boolean): Promise<NewOAuthClient> {
    const body = { ...terms, isPublic }
    return (await listed(answerOf(api.auth.POST('/api/developer/clients', { body })))).client
  }

  async function change(id: string, terms: OAuthClientTerms): Promise<void> {
    await listed(answerOf(api.auth.PUT(ONE, { ...at(id), body: terms })))
  }

  /** Gives an app a new secret; the old one opens nothing from then on. */
  async function renewSecret(id: string): Promise<NewOAuthClient> {
    return (await listed(answerOf(api.auth.POST('/api/developer/clients/{client_id}/secret', at(id))))).client
  }

  async function remove(id: string): Promise<void> {
    await listed(answerOf(api.auth.DELETE(ONE, at(id))))
  }

  return { register, change, renewSecret, remove }
}
