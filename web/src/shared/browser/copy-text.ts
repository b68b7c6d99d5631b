function copyThroughSelection(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.setAttribute('readonly', '')
  field.className = 'visually-hidden'
  document.body.append(field)
  field.select()
  try {
    // Deprecated, and still the only way on plain HTTP.
    return document.execCommand('copy')
  } finally {
    field.remove()
  }
}

/** Copies text to the clipboard and says whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  const clipboard = (navigator as Partial<Navigator>).clipboard
  if (!clipboard) return copyThroughSelection(text)
  try {
    await clipboard.writeText(text)
    return true
  } catch {
    // The person or the browser denied the clipboard; the older way asks nobody.
    return copyThroughSelection(text)
  }
}
