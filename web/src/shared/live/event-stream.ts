/** One server-sent event. */
export interface StreamEvent {
  id: string
  type: string
  data: string
}

interface PendingEvent {
  type: string
  data: string[]
}

/**
 * Cuts a stream of text into server-sent events as the HTML standard reads them ("Interpreting an event stream").
 * Comments produce nothing; the last id holds until another one arrives.
 */
export class EventStreamParser {
  #buffer = ''
  #lastId = ''
  #pending: PendingEvent = { type: '', data: [] }

  /** Takes the next piece of text, cut anywhere, and answers the events it completed. */
  push(text: string): StreamEvent[] {
    this.#buffer += text
    const events: StreamEvent[] = []
    for (;;) {
      const end = this.#buffer.search(/[\r\n]/)
      // A carriage return at the very end may be the first half of a line break.
      if (end === -1 || (this.#buffer[end] === '\r' && end === this.#buffer.length - 1)) return events
      const line = this.#buffer.slice(0, end)
      this.#buffer = this.#buffer.slice(end + (this.#buffer.startsWith('\r\n', end) ? 2 : 1))
      const event = this.#takeLine(line)
      if (event) events.push(event)
    }
  }

  #takeLine(line: string): StreamEvent | null {
    if (line === '') return this.#dispatch()
    const [field = '', ...rest] = line.split(':')
    const value = rest.join(':').replace(/^ /, '')
    if (field === 'event') this.#pending.type = value
    else if (field === 'data') this.#pending.data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#lastId = value
    return null
  }

  #dispatch(): StreamEvent | null {
    const { type, data } = this.#pending
    this.#pending = { type: '', data: [] }
    if (data.length === 0) return null
    return { id: this.#lastId, type: type || 'message', data: data.join('\n') }
  }
}
