import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { openScreens } from '@/testing/test-router'
import { testBank, answer } from '@/testing/test-bank'
import TextField from './TextField.vue'

async function passwordField() {
  const { global } = await openScreens(testBank(() => Promise.resolve(answer(200, {}))), 'access')
  const field = mount(TextField, {
    props: { label: 'Password', type: 'password', modelValue: '' },
    attrs: { autocomplete: 'current-password' },
    global,
  })
  return { field, input: field.find('input') }
}

describe('a field for a password', () => {
  it('hides what is typed until somebody wants to see it', async () => {
    const { field, input } = await passwordField()
    expect(input.attributes('type')).toBe('password')
    await field.find('button').trigger('click')
    expect(input.attributes('type')).toBe('text')
    await field.find('button').trigger('click')
    expect(input.attributes('type')).toBe('password')
  })

  it('lets people paste, and password managers know what it is', async () => {
    const { field, input } = await passwordField()
    const paste = new Event('paste', { bubbles: true, cancelable: true })
    expect(input.element.dispatchEvent(paste)).toBe(true)
    await input.setValue('pasted-by-a-manager')
    expect(field.emitted('update:modelValue')).toEqual([['pasted-by-a-manager']])
    expect(input.attributes('autocomplete')).toBe('current-password')
  })
})
