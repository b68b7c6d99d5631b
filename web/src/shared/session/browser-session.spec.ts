import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cameFromOutside, leaveForGoogle, mayBeSignedIn, rememberSignedIn } from './browser-session'

function at(path: string) {
  const assign = vi.fn()
  vi.stubGlobal('location', { pathname: path, assign })
  return assign
}

beforeEach(() => localStorage.clear())
afterEach(() => vi.unstubAllGlobals())

describe('what this device knows of its session', () => {
  it('is nothing at a first visit', () => {
    at('/')
    expect(mayBeSignedIn()).toBe(false)
  })

  it('is that one may come back from Google, to any screen but the sign-in', () => {
    const assign = at('/sign-in')
    leaveForGoogle('')
    expect(assign).toHaveBeenCalledWith('/api/auth/google')
    leaveForGoogle('/go-on?to=%2Foauth')
    expect(assign).toHaveBeenCalledWith('/api/auth/google?continue=%2Fgo-on%3Fto%3D%252Foauth')
    expect(mayBeSignedIn()).toBe(false)
    at('/')
    expect([mayBeSignedIn(), cameFromOutside()]).toEqual([true, true])
  })

  it('is an ordinary session once somebody came back', () => {
    at('/')
    leaveForGoogle('')
    rememberSignedIn(true)
    expect([mayBeSignedIn(), cameFromOutside()]).toEqual([true, false])
    rememberSignedIn(false)
    expect(mayBeSignedIn()).toBe(false)
  })
})
