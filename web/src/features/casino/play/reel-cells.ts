/**
 * A reel is a column of cells that moves downwards behind its window. Law of the layout: one cell above the window, the
 * window, then CELLS_PASSED cells; so the same movement always ends with the window in place.
 */
export const CELLS_PASSED = 12

function cellAt(strip: readonly string[], place: number): string {
  const length = strip.length
  return strip[((place % length) + length) % length] ?? ''
}

/** Cells that end at a window: what passes by before it is what really stands below it on the strip. */
export function landingCells(column: readonly string[], strip: readonly string[], stop: number): string[] {
  const below = Array.from({ length: CELLS_PASSED }, (_, at) => cellAt(strip, stop + column.length + at))
  return [cellAt(strip, stop - 1), ...column, ...below]
}

/** Cells that can go round without end: they begin and end with the window the reel stood at. */
export function loopingCells(column: readonly string[], strip: readonly string[], stop: number): string[] {
  const passing = CELLS_PASSED - column.length
  const above = Array.from({ length: passing }, (_, at) => cellAt(strip, stop - passing + at))
  return [cellAt(strip, stop - 1), ...column, ...above, ...column]
}
