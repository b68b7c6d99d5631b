import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import RemoveSheet from './RemoveSheet.vue'

const RUNNER = {
  id: '4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11',
  email: 'Runner@example.org',
  fullName: 'A Night Runner',
  role: 'USER',
  isVerified: true,
  isActive: true,
  isRemoved: false,
  hasSecondFactor: false,
  createdAt: '2026-11-21T12:00:00Z',
  lastLoginAt: null,
}

// jsdom knows the dialog element, but not how it opens.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn()
  HTMLDialogElement.prototype.close = vi.fn()
})

describe('removing a person for ever', () => {
  it('takes the address of whoever is meant, typed out', async () => {
    const asked: string[] = []
    const bank = testBank((request) => {
      asked.push(`${request.method} ${new URL(request.url).pathname}`)
      return Promise.resolve(answer(200, { message: 'done' }))
    })
    const { router, global } = await openScreens(bank, 'members')
    const leave = vi.spyOn(router, 'replace').mockResolvedValue()
    const sheet = mount(RemoveSheet, { props: { member: RUNNER }, global })
    const type = async (text: string) => {
      await sheet.find('input').setValue(text)
      await sheet.find('form').trigger('submit')
      await flushPromises()
    }
    await type('A Night Runner')
    expect(sheet.text()).toContain('Type exactly Runner@example.org.')
    expect(asked).toEqual([])
    await type(' runner@example.org ')
    expect(asked).toContain(`DELETE /api/admin/users/${RUNNER.id}`)
    expect(leave).toHaveBeenCalledWith({ name: 'desk-members' })
  })
})
