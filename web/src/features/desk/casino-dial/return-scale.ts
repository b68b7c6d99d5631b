/** Where returns lie on a drawing: a scale that shows all of them, and the place of each on it in percent. */
export interface ReturnScale {
  low: number
  high: number
  at: (share: number) => number
}

/** Room beside the outermost mark, as a part of the whole. */
const MARGIN = 0.08

/** Makes a scale on which the band, the promise and the actual return all have their place. */
export function scaleOf(shares: readonly number[]): ReturnScale {
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  const margin = (most - least || 0.01) * MARGIN
  const [low, high] = [least - margin, most + margin]
  return { low, high, at: (share) => ((share - low) / (high - low)) * 100 }
}
