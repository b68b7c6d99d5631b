const WHOLE_DIGITS_MAX = 13

/** The typed amount after one press on the keypad: a digit, a decimal separator, or "erase". */
export function pressKey(text: string, key: string, scale: number): string {
  if (key === 'erase') return text.slice(0, -1)
  const [whole = '', fraction] = text.split(/[.,]/)
  if (key === '.' || key === ',') {
    if (fraction !== undefined || scale === 0) return text
    return `${whole === '' ? '0' : text}${key}`
  }
  if (fraction !== undefined) return fraction.length < scale ? text + key : text
  if (whole === '0') return key
  return whole.length < WHOLE_DIGITS_MAX ? text + key : text
}
