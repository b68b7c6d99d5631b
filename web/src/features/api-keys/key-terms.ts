/** The days after which a key ends by itself; 0 for never. */
export const LIFETIMES_DAYS = [1, 7, 30, 365, 0] as const

/** When a key made now ends (RFC 3339), or null for never. */
export function expiryAfter(days: number, now: Date): string | null {
  if (days === 0) return null
  const end = new Date(now)
  // By calendar, because the days on which clocks change are not 24 hours long.
  end.setDate(end.getDate() + days)
  return end.toISOString()
}

/** Account numbers out of a text, however they are separated. */
export function accountsIn(text: string): string[] {
  return [...new Set(text.toUpperCase().split(/[\s,;]+/).filter(Boolean))]
}
