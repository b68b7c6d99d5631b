import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { Refusal, Unreachable } from '@/shared/api/problem'
import { createBankI18n } from '@/shared/i18n/bank-i18n'
import { useMoneyForm } from './use-money-form'

interface Sent {
  body: { amount: string }
  key: string
}

/** A form over one amount, whose bank answers one thing after the other. */
function openForm(...answers: (() => Promise<string>)[]) {
  const amount = ref('5')
  const sent: Sent[] = []
  const open = () =>
    useMoneyForm({
      fields: ['amount'],
      check: () => (amount.value ? {} : { amount: 'Enter an amount.' }),
      body: () => ({ amount: amount.value }),
      send: (body, key) => {
        sent.push({ body, key })
        return (answers.shift() ?? (() => Promise.resolve('receipt')))()
      },
    })
  let form: ReturnType<typeof open> | undefined
  const Form = defineComponent({
    setup() {
      form = open()
      return () => h('form')
    },
  })
  mount(Form, { global: { plugins: [createBankI18n()] } })
  if (!form) throw new Error('The form did not open.')
  return { form, sent, amount }
}

const lost = () => Promise.reject(new Unreachable('no answer'))
const refused = () => Promise.reject(new Refusal(400, 'insufficient_coins', 'Too little.', [{ field: 'amount', message: 'Too little.' }]))

async function settle(work: Promise<void>): Promise<void> {
  await vi.runAllTimersAsync()
  await work
  await flushPromises()
}

beforeEach(() => {
  vi.useFakeTimers()
})

describe('a form that moves coins', () => {
  it('asks before it sends anything, and not while a field is wrong', async () => {
    const { form, sent, amount } = openForm()
    amount.value = ''
    await form.ask()
    expect([form.state.value, form.mistakes.amount]).toEqual(['draft', 'Enter an amount.'])
    amount.value = '5'
    await form.ask()
    expect([form.state.value, sent]).toEqual(['asking', []])
    form.withdraw()
    await form.confirm()
    expect(sent).toEqual([])
  })

  it('is sent once however often it is confirmed', async () => {
    const { form, sent } = openForm()
    await form.ask()
    await settle(Promise.all([form.confirm(), form.confirm()]).then(() => undefined))
    await form.confirm()
    expect([sent.length, form.state.value, form.receipt.value]).toEqual([1, 'done', 'receipt'])
  })

  it('asks by itself once more for a lost answer, with the same key', async () => {
    const { form, sent } = openForm(lost)
    await form.ask()
    await settle(form.confirm())
    expect(form.state.value).toBe('done')
    expect(sent[1]).toEqual(sent[0])
  })

  it('repeats what was confirmed, whatever the fields say by then, while its outcome is open', async () => {
    const { form, sent, amount } = openForm(lost, lost)
    await form.ask()
    await settle(form.confirm())
    expect(form.state.value).toBe('uncertain')
    amount.value = '500'
    await form.ask()
    await settle(form.confirm())
    expect(form.state.value).toBe('done')
    expect(new Set(sent.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(sent[0])]))
  })

  it('shows a refusal beside its field and sends the next try under another key', async () => {
    const { form, sent } = openForm(refused)
    await form.ask()
    await settle(form.confirm())
    expect([form.state.value, form.mistakes.amount]).toEqual(['draft', 'Too little.'])
    await form.ask()
    await settle(form.confirm())
    expect(sent[1]?.key).not.toBe(sent[0]?.key)
  })
})
