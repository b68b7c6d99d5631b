import { describe, expect, it } from 'vitest'
import { CELLS_PASSED, landingCells, loopingCells } from './reel-cells'

const STRIP = Array.from({ length: 32 }, (_, at) => String(at))

describe('the cells of a reel', () => {
  it('land on the window, with its true neighbours above and below', () => {
    const cells = landingCells(['30', '31', '0'], STRIP, 30)
    expect(cells.slice(0, 5)).toEqual(['29', '30', '31', '0', '1'])
    expect(cells).toHaveLength(1 + 3 + CELLS_PASSED)
  })

  it('go round without a jump: the last window is the first', () => {
    const cells = loopingCells(['5', '6', '7'], STRIP, 5)
    expect(cells).toHaveLength(1 + 3 + CELLS_PASSED)
    expect(cells.slice(CELLS_PASSED)).toEqual(cells.slice(0, 4))
    expect(cells.slice(CELLS_PASSED - 2, CELLS_PASSED + 2)).toEqual(['2', '3', '4', '5'])
  })

  it('suffice on a strip that is shorter than the way', () => {
    const cells = loopingCells(['b'], ['a', 'b', 'c'], 1)
    expect(cells).toHaveLength(2 + CELLS_PASSED)
    expect(cells.slice(CELLS_PASSED)).toEqual(cells.slice(0, 2))
  })
})
