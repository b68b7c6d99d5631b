import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import type { components } from '@/shared/api/coin'
import { answerOf } from '@/shared/api/problem'

type Schemas = components['schemas']
export type Webhook = Schemas['WebhookView']
export type NewWebhook = Schemas['WebhookWithSecret']
export type Delivery = Schemas['DeliveryView']
export type WebhookTerms = Schemas['WebhookBody']
export type EventName = WebhookTerms['events'][number]

/** What a program can be told of. */
export const EVENTS: readonly EventName[] = ['transaction.created', 'balance.updated', 'treasury.updated', 'user.registered', 'user.verified']

export const webhooksKey = ['webhooks'] as const
const PAGE_LENGTH = 25

/** Webhooks: one's own, for staff everybody's. */
export function webhooksQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...webhooksKey, 'list'],
    queryFn: async ({ signal }): Promise<Webhook[]> => (await answerOf(api.coin.GET('/api/developer/webhooks', { signal }))).webhooks,
  })
}

/** One webhook. */
export function webhookQuery(api: BankApi, id: string) {
  return queryOptions({
    queryKey: [...webhooksKey, 'one', id],
    queryFn: async ({ signal }): Promise<Webhook> =>
      (await answerOf(api.coin.GET('/api/developer/webhooks/{webhook_id}', { signal, params: { path: { webhook_id: id } } }))).webhook,
  })
}

/** Every attempt to tell it something, page after page, newest first. */
export function deliveriesQuery(api: BankApi, id: string) {
  return infiniteQueryOptions({
    queryKey: [...webhooksKey, 'deliveries', id],
    queryFn: ({ pageParam, signal }): Promise<Schemas['DeliveriesAnswer']> => {
      const query = { limit: PAGE_LENGTH, ...(pageParam ? { cursor: pageParam } : {}) }
      return answerOf(api.coin.GET('/api/developer/webhooks/{webhook_id}/deliveries', { signal, params: { path: { webhook_id: id }, query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })
}

/** What developers do with their webhooks. Every function raises Refusal or Unreachable. */
export function useWebhookChanges() {
  const { coin } = useBankApi()
  const queryClient = useQueryClient()
  const named = (id: string) => ({ params: { path: { webhook_id: id } } })

  async function changed<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } finally {
      void queryClient.invalidateQueries({ queryKey: webhooksKey })
    }
  }

  const makeWebhook = async (terms: WebhookTerms): Promise<NewWebhook> =>
    (await changed(answerOf(coin.POST('/api/developer/webhooks', { body: terms })))).webhook

  const rotateSecret = async (id: string): Promise<NewWebhook> =>
    (await changed(answerOf(coin.POST('/api/developer/webhooks/{webhook_id}/rotate-secret', named(id))))).webhook

  const tryOut = (id: string) => changed(answerOf(coin.POST('/api/developer/webhooks/{webhook_id}/test', named(id))))

  const setActive = (id: string, isActive: boolean) =>
    changed(answerOf(coin.PATCH('/api/developer/webhooks/{webhook_id}', { ...named(id), body: { isActive } })))

  async function deleteWebhook(id: string): Promise<void> {
    await answerOf(coin.DELETE('/api/developer/webhooks/{webhook_id}', named(id)))
    // Whoever looked at it must not ask for it again.
    for (const part of ['one', 'deliveries']) queryClient.removeQueries({ queryKey: [...webhooksKey, part, id] })
    await queryClient.invalidateQueries({ queryKey: [...webhooksKey, 'list'] })
  }

  const redeliver = (id: string, deliveryId: number) =>
    changed(
      answerOf(
        coin.POST('/api/developer/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver', {
          params: { path: { webhook_id: id, delivery_id: deliveryId } },
        }),
      ),
    )

  return { makeWebhook, rotateSecret, tryOut, setActive, deleteWebhook, redeliver }
}
