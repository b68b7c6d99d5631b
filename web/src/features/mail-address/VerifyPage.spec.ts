import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { answer, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import VerifyPage from './VerifyPage.vue'

async function open(secret: string, response: Response) {
  const asked: unknown[] = []
  const bank = testBank(async (request) => {
    asked.push(await request.json())
    return response
  })
  const { global } = await openScreens(bank, 'access')
  const page = mount(VerifyPage, { props: { secret }, global })
  await flushPromises()
  return { page, asked }
}

describe('the page that a confirming letter leads to', () => {
  it('asks the server nothing until somebody presses the button', async () => {
    const { page, asked } = await open('secret', answer(200, { message: 'ok' }))
    expect(asked).toEqual([])
    await page.find('form').trigger('submit')
    await flushPromises()
    expect(asked).toEqual([{ token: 'secret' }])
    expect(page.text()).toContain('Address confirmed')
  })

  it('says that a link is not valid any more', async () => {
    const refused = answer(400, { code: 'link_not_valid', message: 'This link is not valid any more.' })
    const { page } = await open('old', refused)
    await page.find('form').trigger('submit')
    await flushPromises()
    expect(page.find('[role="alert"]').text()).toContain('not valid any more')
  })

  it('has no button for half a link', async () => {
    const { page } = await open('', answer(200, {}))
    expect(page.find('form').exists()).toBe(false)
    expect(page.text()).toContain('This link is incomplete')
  })
})
