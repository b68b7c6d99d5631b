import { infiniteQueryOptions, queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { CareStanding, GameCard, ParSheet, PlayedRound, RoundPage, SeedState } from '@/shared/api/types'

/** Where everything about the games lies in the query cache. */
export const casinoKey = ['casino'] as const
export const roundsKey = [...casinoKey, 'rounds'] as const
export const careKey = [...casinoKey, 'care'] as const
export const fairnessKey = [...casinoKey, 'fairness'] as const

const PAGE_LENGTH = 25
/** The server counts sessions by the minute. */
const CARE_REFRESH_MS = 60_000

/** Every game with today's true return. */
export function gamesQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...casinoKey, 'games'],
    queryFn: async ({ signal }): Promise<GameCard[]> => (await answerOf(api.coin.GET('/api/v1/casino/games', { signal }))).games,
  })
}

/** The PAR sheet of a configuration. It never changes: that is what the hash is for. */
export function parSheetQuery(api: BankApi, game: string, configHash: string) {
  return queryOptions({
    queryKey: [...casinoKey, 'par-sheet', game, configHash],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<ParSheet> => {
      const params = { path: { game }, query: { config_hash: configHash } }
      return answerOf(api.coin.GET('/api/v1/casino/games/{game}/par-sheet', { signal, params }))
    },
  })
}

/** The newest round of a game, or null: where its reels stand and which free spins wait. */
export function lastRoundQuery(api: BankApi, game: string) {
  return queryOptions({
    queryKey: [...casinoKey, 'last-round', game],
    // Asked for once per visit of the machine; from there on the machine itself knows better.
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<PlayedRound | null> => {
      const params = { query: { limit: 1, game } }
      return (await answerOf(api.coin.GET('/api/v1/casino/rounds', { signal, params }))).rounds[0] ?? null
    },
  })
}

/** The own rounds, page after page, newest first; an empty game means all games. */
export function roundsQuery(api: BankApi, game: string) {
  return infiniteQueryOptions({
    queryKey: [...roundsKey, 'history', game],
    queryFn: ({ pageParam, signal }): Promise<RoundPage> => {
      const query = { limit: PAGE_LENGTH, ...(pageParam ? { cursor: pageParam } : {}), ...(game ? { game } : {}) }
      return answerOf(api.coin.GET('/api/v1/casino/rounds', { signal, params: { query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page: RoundPage) => page.next_cursor ?? undefined,
  })
}

/** One own round with everything that recomputing it takes. */
export function roundQuery(api: BankApi, id: number) {
  return queryOptions({
    queryKey: [...roundsKey, id],
    queryFn: async ({ signal }): Promise<PlayedRound> =>
      answerOf(api.coin.GET('/api/v1/casino/rounds/{round_id}', { signal, params: { path: { round_id: id } } })),
  })
}

/** What the next spin is made of. */
export function fairnessQuery(api: BankApi) {
  return queryOptions({
    queryKey: fairnessKey,
    queryFn: async ({ signal }): Promise<SeedState> => answerOf(api.coin.GET('/api/v1/casino/fairness', { signal })),
  })
}

/** What the player has chosen for themselves, and where they stand. */
export function careQuery(api: BankApi) {
  return queryOptions({
    queryKey: careKey,
    refetchInterval: CARE_REFRESH_MS,
    queryFn: async ({ signal }): Promise<CareStanding> => answerOf(api.coin.GET('/api/v1/casino/care', { signal })),
  })
}
