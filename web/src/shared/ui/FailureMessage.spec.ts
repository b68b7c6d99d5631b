import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { Refusal, Unreachable } from '@/shared/api/problem'
import { answer, testBank } from '@/testing/test-bank'
import { openScreens } from '@/testing/test-router'
import FailureMessage from './FailureMessage.vue'

async function messageOf(error: Error) {
  const { global } = await openScreens(testBank(() => Promise.resolve(answer(200, {}))), 'access')
  return mount(FailureMessage, { props: { title: 'The round did not load', error }, global })
}

describe('the message in place of what did not load', () => {
  it.each([new Unreachable(), new Refusal(503, 'database_unavailable', 'The bank is busy.'), new Refusal(429, 'rate_limited', '')])(
    'offers a second try after %s',
    async (error) => {
      const message = await messageOf(error)
      await message.find('button').trigger('click')
      expect(message.emitted('retry')).toHaveLength(1)
    },
  )

  it('offers none for what is not there', async () => {
    const message = await messageOf(new Refusal(404, 'round_not_found', 'You have no such round.'))
    expect(message.find('[role="alert"]').text()).toContain('You have no such round.')
    expect(message.find('button').exists()).toBe(false)
  })
})
