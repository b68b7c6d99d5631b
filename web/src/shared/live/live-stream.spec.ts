import { describe, expect, it } from 'vitest'
import type { StreamEvent } from './event-stream'
import { followLiveStream, retryDelay, type LivePorts, type LiveState } from './live-stream'

/** A server that answers one prepared connection after the other and then stays silent. */
function serverWith(...answers: (Response | Error)[]) {
  const stop = new AbortController()
  const seen = {
    headers: [] as Headers[],
    events: [] as StreamEvent[],
    states: [] as LiveState[],
    opens: [] as boolean[],
    renewed: [] as string[],
  }
  const ports: LivePorts = {
    token: () => Promise.resolve('token-1'),
    renewAfter: (token) => {
      seen.renewed.push(token)
      return Promise.resolve('token-2')
    },
    fetch: (_url, options) => {
      seen.headers.push(new Headers(options?.headers))
      const answer = answers.shift()
      return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new Error('silent'))
    },
    wait: () => {
      if (answers.length === 0) stop.abort()
      return Promise.resolve()
    },
    random: () => 0,
    onEvent: (event) => seen.events.push(event),
    onOpen: (isReturn) => seen.opens.push(isReturn),
    onState: (state) => seen.states.push(state),
  }
  return { seen, finished: followLiveStream(ports, stop.signal) }
}

describe('the live stream', () => {
  it('continues after a break where it stopped', async () => {
    const { seen, finished } = serverWith(
      new Response('id: 41\nevent: balance\ndata: {}\n\n'),
      new Error('network'),
      new Response('id: 42\nevent: balance\ndata: {}\n\n'),
    )
    await finished
    expect(seen.events.map((event) => event.id)).toEqual(['41', '42'])
    expect(seen.headers.map((headers) => headers.get('Last-Event-ID'))).toEqual([null, '41', '41'])
    expect(seen.opens).toEqual([false, true])
  })

  it('replaces a token that the server no longer takes', async () => {
    const { seen, finished } = serverWith(new Response('', { status: 401 }), new Response('data: x\n\n'))
    await finished
    expect(seen.renewed).toEqual(['token-1'])
    expect(seen.headers[1]?.get('Authorization')).toBe('Bearer token-2')
  })

  it('is not live when the server refuses', async () => {
    const { seen, finished } = serverWith(new Response('', { status: 503 }))
    await finished
    expect(seen.states).toEqual(['connecting', 'waiting'])
  })

  it('waits longer after each failure, up to half a minute', () => {
    expect([0, 1, 2, 9].map((failures) => retryDelay(failures, 1))).toEqual([1_000, 2_000, 4_000, 30_000])
    expect(retryDelay(2, 0)).toBe(2_000)
  })
})
