import { useI18n } from 'vue-i18n'
import { NO_COINS } from './coins'
import { useMoney } from './use-money'

/** Says what is wrong with a typed amount, or nothing. */
export function useAmountMistake() {
  const { t } = useI18n()
  const money = useMoney()

  function amountMistake(text: string): string {
    const { coins, mistake } = money.parse(text)
    if (mistake === 'empty' || coins === NO_COINS) return t('send.amountMissing')
    if (mistake === 'too-many-decimals') return t('send.amountDecimals', { count: money.scale })
    return mistake ? t('send.amountMalformed') : ''
  }

  return { amountMistake }
}
