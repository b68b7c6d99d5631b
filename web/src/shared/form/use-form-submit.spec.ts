import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { Refusal, Unreachable } from '@/shared/api/problem'
import { createBankI18n } from '@/shared/i18n/bank-i18n'
import { useFormSubmit } from './use-form-submit'

function openForm() {
  let form: ReturnType<typeof useFormSubmit<'name' | 'password'>> | undefined
  const Form = defineComponent({
    setup() {
      form = useFormSubmit(['name', 'password'])
      return () => h('form')
    },
  })
  mount(Form, { global: { plugins: [createBankI18n()] } })
  if (!form) throw new Error('The form did not open.')
  return form
}

const nothing = () => ({})

describe('a form', () => {
  it('does not bother the server with a mistake it can see itself', async () => {
    const form = openForm()
    const work = vi.fn(() => Promise.resolve())
    await form.submit(() => ({ name: 'Enter a name.' }), work)
    expect(work).not.toHaveBeenCalled()
    expect(form.mistakes.name).toBe('Enter a name.')
  })

  it('runs one submission at a time', async () => {
    const form = openForm()
    let finish: () => void = () => undefined
    const work = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    const first = form.submit(nothing, work)
    await form.submit(nothing, work)
    expect(form.isBusy.value).toBe(true)
    finish()
    await first
    expect(work).toHaveBeenCalledOnce()
    expect(form.isBusy.value).toBe(false)
  })

  it('puts a mistake beside its field', async () => {
    const form = openForm()
    const taken = new Refusal(400, 'name_taken', 'Taken.', [{ field: 'name', message: 'Taken.' }])
    await form.submit(nothing, () => Promise.reject(taken))
    expect(form.mistakes.name).toBe('Taken.')
    expect(form.problem.value).toBe('')
  })

  it('says above the button what belongs to no field, and forgets it at the next try', async () => {
    const form = openForm()
    await form.submit(nothing, () => Promise.reject(new Unreachable('no answer')))
    expect(form.problem.value).toContain('The bank did not answer')
    await form.submit(nothing, () => Promise.resolve())
    await flushPromises()
    expect(form.problem.value).toBe('')
  })
})
