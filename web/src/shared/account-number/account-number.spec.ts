import { describe, expect, it } from 'vitest'
import { formatAccountNumber, isAccountNumber, paymentRequestAddress, paymentRequestText, readPaymentRequest } from './account-number'

describe('an account number being typed', () => {
  it.each([
    ['', ''],
    ['n', 'N'],
    ['nc', 'NC'],
    ['nc-', 'NC'],
    ['nc7', 'NC-7'],
    ['NC7K2M', 'NC-7K2M'],
    ['nc 7k2m 9', 'NC-7K2M-9'],
    ['7k2m9qxw', 'NC-7K2M-9QXW'],
    ['NC-7K2M-9QXW-too-long', 'NC-7K2M-9QXW'],
  ])('%j becomes %j', (typed, shown) => {
    expect(formatAccountNumber(typed, 'NC')).toBe(shown)
  })

  it('is whole only with two groups of four', () => {
    expect(isAccountNumber('NC-7K2M-9QXW', 'NC')).toBe(true)
    expect(isAccountNumber('NC-7K2M-9QX', 'NC')).toBe(false)
    expect(isAccountNumber('LB-7K2M-9QXW', 'NC')).toBe(false)
  })
})

describe('a scanned or pasted text', () => {
  it('may be a plain account number in any spelling', () => {
    const request = { accountNumber: 'NC-7K2M-9QXW', amount: null, memo: null }
    expect(readPaymentRequest(' nc-7k2m-9qxw\n', 'NC')).toEqual(request)
    expect(readPaymentRequest('NC7K2M9QXW', 'NC')).toEqual(request)
  })

  it('may be a link with an amount and a memo', () => {
    expect(readPaymentRequest('loopbank:NC-7K2M-9QXW?amount=12.50&memo=Night%20market', 'NC')).toEqual({
      accountNumber: 'NC-7K2M-9QXW',
      amount: '12.50',
      memo: 'Night market',
    })
  })

  it('survives the way into a QR code and back', () => {
    const request = { accountNumber: 'NC-7K2M-9QXW', amount: '3.07', memo: 'noodles & tea = good?' }
    expect(readPaymentRequest(paymentRequestText(request), 'NC')).toEqual(request)
  })

  it('may be the address that a shared request has', () => {
    const request = { accountNumber: 'NC-7K2M-9QXW', amount: '3.07', memo: 'noodles & tea = good?' }
    const address = paymentRequestAddress(request, 'https://bank.example')
    expect(readPaymentRequest(address, 'NC')).toEqual(request)
    expect(readPaymentRequest('https://bank.example/send?amount=5', 'NC')).toBeNull()
  })

  it('without a prefix is understood, too', () => {
    expect(readPaymentRequest('7K2M-9QXW', 'NC')?.accountNumber).toBe('NC-7K2M-9QXW')
  })

  it.each(['https://example.org/NC-7K2M-9QXW', 'hello world', '', 'NC-7K2M', 'please pay NC-7K2M-9QXW today'])(
    'is refused when it is something else: %j',
    (text) => {
      expect(readPaymentRequest(text, 'NC')).toBeNull()
    },
  )
})
