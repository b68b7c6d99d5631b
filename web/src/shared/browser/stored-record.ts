/** Reads a record that this app stored on the device earlier; null when there is none or it cannot be read. */
export function readStoredRecord<Shape>(name: string): Shape | null {
  const stored = localStorage.getItem(name)
  if (stored === null) return null
  try {
    return JSON.parse(stored) as Shape
  } catch {
    // Half-written by a crash: as good as none, and it must not stop the app at every start.
    localStorage.removeItem(name)
    return null
  }
}
