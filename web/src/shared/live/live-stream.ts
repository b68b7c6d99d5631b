import { EventStreamParser, type StreamEvent } from './event-stream'

export type LiveState = 'connecting' | 'live' | 'waiting'

/** What the live stream needs from the world around it. */
export interface LivePorts {
  /** A token for the next connection, or null when nobody is signed in. */
  token: () => Promise<string | null>
  /** Gets a replacement for a token the server refused. */
  renewAfter: (token: string) => Promise<string | null>
  fetch: typeof fetch
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  random: () => number
  onEvent: (event: StreamEvent) => void
  /** Called when a connection stands; `isReturn` after the first one, when events may have been missed. */
  onOpen: (isReturn: boolean) => void
  onState: (state: LiveState) => void
}

const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 30_000
/** The server sends a comment every 15 s; three missing ones mean a dead connection that TCP has not noticed. */
const SILENCE_MS_MAX = 45_000

/** Waits, doubling with each failure up to a limit, half of it random so that phones do not return all at once. */
export function retryDelay(failures: number, random: number): number {
  const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** failures)
  return ceiling / 2 + (ceiling / 2) * random
}

/** Reads the account's events for as long as the signal allows, over as many connections as it takes. */
export async function followLiveStream(ports: LivePorts, signal: AbortSignal): Promise<void> {
  let lastEventId = ''
  let failures = 0
  let connections = 0
  while (!signal.aborted) {
    ports.onState('connecting')
    try {
      await readConnection(ports, signal, lastEventId, {
        opened: () => {
          failures = 0
          ports.onState('live')
          ports.onOpen(connections > 0)
          connections += 1
        },
        received: (event) => {
          lastEventId = event.id || lastEventId
          ports.onEvent(event)
        },
      })
    } catch {
      // Every reason leads to the same answer: wait and connect again.
    }
    if (signal.aborted) return
    ports.onState('waiting')
    await ports.wait(retryDelay(failures, ports.random()), signal)
    failures += 1
  }
}

interface ConnectionEvents {
  opened: () => void
  received: (event: StreamEvent) => void
}

async function connect(ports: LivePorts, signal: AbortSignal, lastEventId: string): Promise<Response> {
  const request = (token: string) =>
    ports.fetch('/api/v1/stream', {
      signal,
      cache: 'no-store',
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...(lastEventId ? { 'Last-Event-ID': lastEventId } : {}),
      },
    })
  const token = await ports.token()
  if (!token) throw new Error('Nobody is signed in.')
  const response = await request(token)
  if (response.status !== 401) return response
  const renewed = await ports.renewAfter(token)
  return renewed ? request(renewed) : response
}

async function readConnection(
  ports: LivePorts,
  signal: AbortSignal,
  lastEventId: string,
  events: ConnectionEvents,
): Promise<void> {
  const connection = new AbortController()
  const close = () => connection.abort()
  signal.addEventListener('abort', close)
  let silence = setTimeout(close, SILENCE_MS_MAX)
  try {
    const response = await connect(ports, connection.signal, lastEventId)
    if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}.`)
    events.opened()
    const reader = response.body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader()
    const parser = new EventStreamParser()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(silence)
      silence = setTimeout(close, SILENCE_MS_MAX)
      parser.push(value).forEach(events.received)
    }
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', close)
    connection.abort()
  }
}
