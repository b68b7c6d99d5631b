import { useQueryClient } from '@tanstack/vue-query'
import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { CareStanding, SeedState } from '@/shared/api/types'
import { careKey, fairnessKey, roundsKey } from './casino.queries'

/** Limits by the names of the API; null takes a limit away. Amounts as the wire writes them. */
export interface LimitChange {
  spend_per_day?: number | null
  loss_per_day?: number | null
  session_minutes?: number | null
}

/** What players may change about their own play. Every function raises Refusal or Unreachable. */
export function useCasinoChanges() {
  const api = useBankApi()
  const queryClient = useQueryClient()

  function remember(standing: CareStanding): void {
    queryClient.setQueryData<CareStanding>(careKey, standing)
  }

  async function setLimits(change: LimitChange): Promise<void> {
    remember(await answerOf(api.coin.PUT('/api/v1/casino/care/limits', { body: change })))
  }

  async function takeBreak(minutes: number): Promise<void> {
    remember(await answerOf(api.coin.POST('/api/v1/casino/care/break', { body: { minutes } })))
  }

  /** Days, or null for ever. */
  async function exclude(days: number | null): Promise<void> {
    remember(await answerOf(api.coin.POST('/api/v1/casino/care/exclusion', { body: { days } })))
  }

  /** Ends the epoch: its server seed is revealed, and the next one begins with the player's seed. */
  async function rotate(clientSeed: string | null): Promise<void> {
    const state = await answerOf(
      api.coin.POST('/api/v1/casino/fairness/rotate', { body: clientSeed ? { client_seed: clientSeed } : {} }),
    )
    queryClient.setQueryData<SeedState>(fairnessKey, state)
    await queryClient.invalidateQueries({ queryKey: roundsKey })
  }

  return { setLimits, takeBreak, exclude, rotate }
}
