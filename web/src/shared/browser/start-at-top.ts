import { nextTick } from 'vue'

/** Another step of the same screen: it is read from its beginning, like a screen of its own. */
export async function startAtTop(): Promise<void> {
  await nextTick()
  window.scrollTo({ top: 0 })
  document.getElementById('content')?.focus({ preventScroll: true })
}
