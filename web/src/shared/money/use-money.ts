import { useBankConfig } from '@/shared/config/bank-config'
import { useReadingLocale } from '@/shared/i18n/use-reading-locale'
import { coinsFromWire, coinsToWire, formatCoins, parseCoins, type Coins } from './coins'

/** Money in this bank's currency and this person's language. */
export function useMoney() {
  const { scale, symbol, code } = useBankConfig().currency
  const locale = useReadingLocale()
  return {
    scale,
    symbol,
    code,
    fromWire: (amount: number): Coins => coinsFromWire(amount, scale),
    toWire: (coins: Coins): number => coinsToWire(coins, scale),
    parse: (text: string) => parseCoins(text, scale),
    digits: (coins: Coins): string => formatCoins(coins, scale, locale.value),
    text: (coins: Coins): string => `${formatCoins(coins, scale, locale.value)} ${symbol}`,
  }
}
