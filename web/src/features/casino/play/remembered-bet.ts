import type { Coins } from '@/shared/money/coins'

function storedAs(game: string): string {
  return `loopbank.casino-bet.${game}`
}

/** The line bet (minor units) that was last played here, or the one to begin with. */
export function rememberedBet(game: string, otherwise: Coins): Coins {
  const stored = Number(localStorage.getItem(storedAs(game)) ?? Number.NaN)
  return (Number.isSafeInteger(stored) && stored > 0 ? stored : otherwise) as Coins
}

/** Keeps a line bet for the next visit. */
export function rememberBet(game: string, bet: Coins): void {
  localStorage.setItem(storedAs(game), String(bet))
}
