/**
 * Whole minor units, never a fraction. The brand keeps amounts from the wire (JSON numbers with decimals)
 * and amounts for computing apart, so that the two are never added up by mistake.
 */
export type Coins = number & { readonly unit: 'minor' }

export const NO_COINS = 0 as Coins

/** Why a typed amount is not an amount. */
export type AmountMistake = 'empty' | 'malformed' | 'too-many-decimals' | 'too-large'

export type ParsedAmount = { coins: Coins; mistake?: never } | { coins?: never; mistake: AmountMistake }

/** Beyond this many minor units a JSON number is no longer exact. */
const DIGITS_MAX = 15

const DECIMAL = /^(-?)(\d*)(?:[.,](\d*))?$/

function minorUnits(sign: string, whole: string, fraction: string, scale: number): Coins {
  const magnitude = Number(whole + fraction.padEnd(scale, '0'))
  return (sign === '-' && magnitude > 0 ? -magnitude : magnitude) as Coins
}

/** Reads what a person typed, digit by digit; comma and point both separate the decimals. */
export function parseCoins(text: string, scale: number): ParsedAmount {
  const typed = text.trim()
  if (typed === '') return { mistake: 'empty' }
  const match = DECIMAL.exec(typed)
  const [sign = '', whole = '', fraction = ''] = match?.slice(1) ?? []
  if (!match || sign === '-' || whole + fraction === '') return { mistake: 'malformed' }
  if (fraction.length > scale) return { mistake: 'too-many-decimals' }
  const digits = whole.replace(/^0+/, '')
  if (digits.length + scale > DIGITS_MAX) return { mistake: 'too-large' }
  return { coins: minorUnits('', digits, fraction, scale) }
}

/**
 * Turns an amount of the API into minor units through its shortest decimal form, which is the form the server wrote.
 * Raises RangeError when the amount has more decimals than the currency, because guessing would be worse.
 */
export function coinsFromWire(amount: number, scale: number): Coins {
  const match = DECIMAL.exec(String(amount))
  const [sign = '', whole = '', fraction = ''] = match?.slice(1) ?? []
  if (!match || fraction.length > scale) throw new RangeError(`Not an amount with ${scale} decimals: ${amount}`)
  return minorUnits(sign, whole, fraction, scale)
}

/** Writes minor units as plain decimal text with a point, for example 1250 as "12.50". */
export function coinsToDecimal(coins: Coins, scale: number): string {
  const digits = String(Math.abs(coins)).padStart(scale + 1, '0')
  const sign = coins < 0 ? '-' : ''
  if (scale === 0) return sign + digits
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The JSON number of an amount; within DIGITS_MAX it survives the round trip exactly. */
export function coinsToWire(coins: Coins, scale: number): number {
  return Number(coinsToDecimal(coins, scale))
}

/** Adds two amounts of minor units. */
export function addCoins(left: Coins, right: Coins): Coins {
  return (left + right) as Coins
}

/** Takes the second amount of minor units from the first. */
export function subtractCoins(left: Coins, right: Coins): Coins {
  return (left - right) as Coins
}

/** Formats the digits for reading, grouped in the person's language, without any floating-point step. */
export function formatCoins(coins: Coins, scale: number, locale: string): string {
  const [whole = '0', fraction = ''] = coinsToDecimal(Math.abs(coins) as Coins, scale).split('.')
  const grouped = new Intl.NumberFormat(locale).format(BigInt(whole))
  if (fraction === '') return grouped
  const point = new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === 'decimal')
  return `${grouped}${point?.value ?? '.'}${fraction}`
}

/** As many times an amount of minor units as there are people, or lines. Raises RangeError for a fraction of a time. */
export function timesCoins(coins: Coins, times: number): Coins {
  if (!Number.isSafeInteger(times)) throw new RangeError(`Not a whole number of times: ${times}`)
  return (coins * times) as Coins
}
