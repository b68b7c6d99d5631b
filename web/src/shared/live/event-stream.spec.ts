import { describe, expect, it } from 'vitest'
import { EventStreamParser } from './event-stream'

const STREAM = ': hello\n\nid: 7\nevent: balance\ndata: {"balance": 12.5}\n\ndata: one\ndata: two\n\nid: 8\n\n'

describe('the event stream parser', () => {
  it.each(['\n', '\r\n', '\r'])('reads events with line breaks %j', (lineBreak) => {
    const events = new EventStreamParser().push(`${STREAM}: end\n`.replaceAll('\n', lineBreak))
    expect(events).toEqual([
      { id: '7', type: 'balance', data: '{"balance": 12.5}' },
      { id: '7', type: 'message', data: 'one\ntwo' },
    ])
  })

  it('does not mind where the network cuts the text', () => {
    for (let cut = 1; cut < STREAM.length; cut += 1) {
      const parser = new EventStreamParser()
      const events = [...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))]
      expect(events.map((event) => event.data)).toEqual(['{"balance": 12.5}', 'one\ntwo'])
    }
  })

  it('drops an event that was never finished', () => {
    expect(new EventStreamParser().push('data: half')).toEqual([])
  })
})
