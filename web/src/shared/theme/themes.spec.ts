import { describe, expect, it } from 'vitest'
import { contrastRatio } from './contrast'
import { loopingBinary } from './looping-binary'
import { neotropolis } from './neotropolis'
import type { Palette } from './theme'

/** WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for the borders of controls. */
const TEXT_MIN = 4.5
const CONTROL_MIN = 3

const palettes: [string, Palette][] = [
  ['Neotropolis', neotropolis.palettes.dark],
  ['Looping Binary in light', loopingBinary.palettes.light],
  ['Looping Binary in dark', loopingBinary.palettes.dark],
]

describe.each(palettes)('%s', (_name, palette) => {
  const grounds = [palette.page, palette.pageDeep, palette.surface, palette.surfaceRaised]

  it.each(['text', 'textMuted', 'accent', 'accentSecond', 'positive', 'negative', 'warning', 'danger'] as const)(
    'is readable in %s on every ground',
    (colour) => {
      for (const ground of grounds) expect(contrastRatio(palette[colour], ground)).toBeGreaterThanOrEqual(TEXT_MIN)
    },
  )

  it('has readable labels on filled buttons', () => {
    expect(contrastRatio(palette.onAccent, palette.accent)).toBeGreaterThanOrEqual(TEXT_MIN)
    expect(contrastRatio(palette.onDanger, palette.danger)).toBeGreaterThanOrEqual(TEXT_MIN)
  })

  it('draws the borders of controls visibly', () => {
    for (const ground of grounds) expect(contrastRatio(palette.lineControl, ground)).toBeGreaterThanOrEqual(CONTROL_MIN)
  })
})

it('the contrast of black on white is 21', () => {
  expect(contrastRatio('#000000', '#FFFFFF')).toBeCloseTo(21)
})
