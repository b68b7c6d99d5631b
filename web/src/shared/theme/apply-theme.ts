import { loopingBinary } from './looping-binary'
import { neotropolis } from './neotropolis'
import type { Palette, Theme, ThemeId } from './theme'

const THEMES: Readonly<Record<ThemeId, Theme>> = { neotropolis, 'looping-binary': loopingBinary }

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function panelShape(cut: number): string {
  if (cut === 0) return 'none'
  const far = `calc(100% - ${cut}px)`
  return `polygon(${cut}px 0, 100% 0, 100% ${far}, ${far} 100%, 0 100%, 0 ${cut}px)`
}

function pointTo(relation: string, address: string): void {
  document.querySelector(`link[rel="${relation}"]`)?.setAttribute('href', address)
}

function showPalette(root: HTMLElement, palette: Palette): void {
  for (const [purpose, colour] of Object.entries(palette)) root.style.setProperty(`--${kebab(purpose)}`, colour as string)
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', palette.page)
}

/** Dresses the document in a theme and follows the device between light and dark from then on. */
export function applyTheme(id: ThemeId): void {
  const theme = THEMES[id]
  const root = document.documentElement
  root.dataset.theme = theme.id
  root.dataset.glitch = String(theme.hasGlitchEffects)
  root.style.setProperty('--font-display', `${theme.fonts.display}, system-ui, sans-serif`)
  root.style.setProperty('--font-body', `${theme.fonts.body}, system-ui, sans-serif`)
  root.style.setProperty('--radius', `${theme.shape.radius}px`)
  root.style.setProperty('--panel-shape', panelShape(theme.shape.cut))
  root.style.setProperty('--button-shape', panelShape(Math.round(theme.shape.cut * 0.7)))
  pointTo('manifest', theme.manifest)
  pointTo('icon', `${theme.icons}.svg`)
  pointTo('apple-touch-icon', `${theme.icons}-180.png`)

  const prefersLight = window.matchMedia('(prefers-color-scheme: light)')
  const follow = () => {
    root.style.colorScheme = theme.palettes.dark === theme.palettes.light || !prefersLight.matches ? 'dark' : 'light'
    showPalette(root, prefersLight.matches ? theme.palettes.light : theme.palettes.dark)
  }
  follow()
  prefersLight.addEventListener('change', follow)
}
