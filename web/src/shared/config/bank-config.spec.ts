import { beforeEach, describe, expect, it } from 'vitest'
import { Unreachable } from '@/shared/api/problem'
import { CONFIG } from '@/testing/test-bank'
import { loadBankConfig } from './bank-config'

const answering = () => Promise.resolve(CONFIG)
const silent = () => Promise.reject(new Unreachable('no answer'))

beforeEach(() => localStorage.clear())

describe('the description of the bank', () => {
  it('is asked for at the first start', async () => {
    expect(await loadBankConfig(answering)).toEqual(CONFIG)
    await expect(loadBankConfig(silent)).resolves.toEqual(CONFIG)
  })

  it('is missing when the first start finds no bank', async () => {
    await expect(loadBankConfig(silent)).rejects.toBeInstanceOf(Unreachable)
  })

  it('takes effect at the next start when it has changed', async () => {
    await loadBankConfig(answering)
    const renamed = { ...CONFIG, product_name: 'Night Bank' }
    expect((await loadBankConfig(() => Promise.resolve(renamed))).product_name).toBe('NeoBank')
    expect((await loadBankConfig(silent)).product_name).toBe('Night Bank')
  })

  it('is asked for again when what was stored cannot be read', async () => {
    localStorage.setItem('loopbank.config', '{"profile":')
    expect(await loadBankConfig(answering)).toEqual(CONFIG)
  })
})
