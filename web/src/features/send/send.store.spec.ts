import { describe, expect, it } from 'vitest'
import { answer, FIXER_CARD, PAYMENT, testApp, type Network } from '@/testing/test-bank'
import { useSendStore } from './send.store'

interface SentPayment {
  key: string | null
  body: unknown
}

/** A payment of 12.50 to the fixer, ready to be sent over a network that answers one thing after the other. */
function readyPayment(...answers: (() => Promise<Response>)[]) {
  const sent: SentPayment[] = []
  const network: Network = async (request) => {
    sent.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() })
    const next = answers.shift()
    return next ? next() : answer(500, {})
  }
  const { pinia } = testApp(network)
  const payment = useSendStore(pinia)
  payment.receiver = FIXER_CARD
  payment.amountText = '12.5'
  payment.memo = ' Noodles '
  return { payment, sent }
}

const accepted = () => Promise.resolve(answer(201, { message: 'Done', transaction: PAYMENT, new_balance: 987.5 }))
const refused = () => Promise.resolve(answer(400, { code: 'insufficient_coins', message: 'Insufficient funds.' }))
const lost = () => Promise.reject(new TypeError('network'))

describe('a payment', () => {
  it('is sent with its amount, its memo and a key of its own', async () => {
    const { payment, sent } = readyPayment(accepted)
    await payment.submit()
    expect(payment.state).toBe('sent')
    expect(payment.receipt).toEqual({ transaction: PAYMENT, newBalance: 987.5 })
    expect(sent[0]?.body).toEqual({ to_account: 'NC-BBBB-BBBB', amount: 12.5, memo: 'Noodles' })
    expect(sent[0]?.key).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('cannot be sent twice by an impatient thumb', async () => {
    const { payment, sent } = readyPayment(accepted)
    await Promise.all([payment.submit(), payment.submit()])
    await payment.submit()
    expect(sent).toHaveLength(1)
  })

  it.each([
    ['the network failed', lost],
    ['the server broke off', () => Promise.resolve(answer(503, { code: 'unavailable', message: '' }))],
  ])('is repeated under the same key when %s', async (_reason, failure) => {
    const { payment, sent } = readyPayment(failure, accepted)
    await payment.submit()
    expect(payment.state).toBe('uncertain')
    payment.begin()
    payment.revise()
    expect(payment.receiver).toEqual(FIXER_CARD)
    await payment.submit()
    expect(payment.state).toBe('sent')
    expect(sent[1]).toEqual(sent[0])
  })

  it('is another payment with another key once it was refused and changed', async () => {
    const { payment, sent } = readyPayment(refused, accepted)
    await payment.submit()
    expect(payment.state).toBe('refused')
    payment.revise()
    payment.amountText = '5'
    await payment.submit()
    expect(sent[1]?.key).not.toBe(sent[0]?.key)
    expect(sent[1]?.body).toMatchObject({ amount: 5 })
  })

  it('leaves nothing of itself to the next one', async () => {
    const { payment, sent } = readyPayment(accepted, accepted)
    await payment.submit()
    payment.begin()
    expect([payment.receiver, payment.amountText, payment.memo, payment.receipt]).toEqual([null, '', '', null])
    payment.receiver = FIXER_CARD
    payment.amountText = '1'
    await payment.submit()
    expect(sent[1]?.key).not.toBe(sent[0]?.key)
  })
})
