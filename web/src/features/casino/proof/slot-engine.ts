/** The rules of a game, as its PAR sheet publishes them. */
export interface GameRules {
  rows: number
  lines: readonly (readonly number[])[]
  paytable: readonly { symbol: string; count: number; award: number }[]
  wild: string | null
  scatter: { symbol: string; count: number; free_spins: number } | null
}

/** A line's highest award: `count` of `symbol` from the first reel on pay `award` line bets. */
export interface LineWin {
  line: number
  symbol: string
  count: number
  award: number
}

/** What the window shows, row by row, when the reels stand at `stops`: the stop itself on top, the next below. */
export function gridAt(rules: GameRules, strips: readonly (readonly string[])[], stops: readonly number[]): string[][] {
  return Array.from({ length: rules.rows }, (_, row) =>
    strips.map((strip, reel) => strip[((stops[reel] ?? 0) + row) % strip.length] ?? ''),
  )
}

/** Every line that pays. A pay fits when its first `count` symbols are its own or wild; the highest one counts. */
export function winsOf(rules: GameRules, grid: readonly (readonly string[])[]): LineWin[] {
  return rules.lines.flatMap((rows, line) => {
    const symbols = rows.map((row, reel) => grid[row]?.[reel])
    const fitting = rules.paytable.filter((pay) =>
      symbols.slice(0, pay.count).every((symbol) => symbol === pay.symbol || symbol === rules.wild),
    )
    const best = fitting.reduce<(typeof fitting)[number] | null>((a, b) => (a && a.award >= b.award ? a : b), null)
    return best ? [{ line, symbol: best.symbol, count: best.count, award: best.award }] : []
  })
}

/** How many scatter symbols the window shows, anywhere. */
export function scattersOf(rules: GameRules, grid: readonly (readonly string[])[]): number {
  return grid.flat().filter((symbol) => symbol === rules.scatter?.symbol).length
}
