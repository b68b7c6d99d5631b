export const ROUNDS_AT_FIRST = 2_000
/** As many as the server forecasts. */
const ROUNDS_MAX = 1_000_000

/** Reads a number of rounds as a person types it; null when it is none that can be forecast. */
export function readRounds(text: string): number | null {
  const typed = text.trim()
  const rounds = /^\d{1,7}$/.test(typed) ? Number(typed) : 0
  return rounds >= 1 && rounds <= ROUNDS_MAX ? rounds : null
}
