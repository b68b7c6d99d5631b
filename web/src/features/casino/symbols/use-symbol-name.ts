import { useI18n } from 'vue-i18n'
import { drawingOf } from './drawings'

/** Says a symbol in the reader's language; symbols of unknown games are said as the game writes them. */
export function useSymbolName(): (symbol: string) => string {
  const { t } = useI18n()
  return (symbol) => {
    const drawing = drawingOf(symbol)
    return drawing ? t(`casino.symbol.${drawing.name}`) : symbol
  }
}
