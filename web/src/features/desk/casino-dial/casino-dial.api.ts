import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { GameSetting, HouseStatistics, NightForecast } from '@/shared/api/types'

export const casinoDeskKey = ['desk', 'casino'] as const

/** A night to forecast: the dial in tenths of a percent, how many rounds, and the total bet of one on the wire. */
export interface Night {
  game: string
  dial: number
  rounds: number
  bet: number
}

/** A dial's tenths of a percent as the API writes percentages. */
export function percentageOf(dial: number): number {
  return dial / 10
}

/** How every game is set. */
export function settingsQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...casinoDeskKey, 'settings'],
    queryFn: async ({ signal }): Promise<GameSetting[]> => (await answerOf(api.coin.GET('/api/v1/admin/casino/config', { signal }))).games,
  })
}

/** What a setting of the dial would mean for a night. */
export function forecastQuery(api: BankApi, night: Night) {
  return queryOptions({
    queryKey: [...casinoDeskKey, 'forecast', night],
    // The figures of the last setting stay while the next ones are computed.
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<NightForecast> => {
      const query = { payout_percentage: String(percentageOf(night.dial)), rounds: night.rounds, bet_amount: String(night.bet) }
      const params = { path: { game: night.game }, query }
      return answerOf(api.coin.GET('/api/v1/admin/casino/config/{game}/forecast', { signal, params }))
    },
  })
}

/** Actual against promised return, of the last hours or (null) of all time. */
export function statisticsQuery(api: BankApi, hours: number | null) {
  return queryOptions({
    queryKey: [...casinoDeskKey, 'statistics', hours],
    queryFn: async ({ signal }): Promise<HouseStatistics> =>
      answerOf(api.coin.GET('/api/v1/admin/casino/statistics', { signal, params: { query: hours === null ? {} : { hours } } })),
  })
}

/** Sets games; raises Refusal or Unreachable. */
export function useGameChanges() {
  const api = useBankApi()
  const queryClient = useQueryClient()

  async function change(game: string, body: { payout_percentage?: number; is_enabled?: boolean }): Promise<void> {
    await answerOf(api.coin.PUT('/api/v1/admin/casino/config/{game}', { params: { path: { game } }, body }))
    // Players see the new setting as well, on this device at once.
    await Promise.all([casinoDeskKey, ['casino', 'games']].map((queryKey) => queryClient.invalidateQueries({ queryKey })))
  }

  return { change }
}
