import { useReadingLocale } from '@/shared/i18n/use-reading-locale'
import { NO_COINS, type Coins } from '@/shared/money/coins'
import { useMoney } from '@/shared/money/use-money'

/** Figures of games and houses, as the reader's language writes them. */
export function useFigures() {
  const locale = useReadingLocale()
  const money = useMoney()

  function number(value: number, decimals = 0): string {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    return new Intl.NumberFormat(locale.value, digits).format(value)
  }

  /** A share (0 to 1 and beyond) as a percentage. */
  function percent(share: number, decimals = 1): string {
    const digits = { style: 'percent', minimumFractionDigits: decimals, maximumFractionDigits: decimals } as const
    return new Intl.NumberFormat(locale.value, digits).format(share)
  }

  /** An amount with its sign, for results that may be losses. */
  function signed(coins: Coins): string {
    const sign = coins === NO_COINS ? '' : coins > NO_COINS ? '+' : '−'
    return sign + money.text(coins)
  }

  return { number, percent, signed }
}
