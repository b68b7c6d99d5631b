import type { Palette, Theme } from './theme'

const night: Palette = {
  page: '#1A0033',
  pageDeep: '#0B0017',
  surface: '#250A45',
  surfaceRaised: '#32125B',
  line: '#4C2680',
  lineControl: '#9A6FDB',
  text: '#F6F1FF',
  textMuted: '#C6B4E6',
  accent: '#00F0FF',
  onAccent: '#10002B',
  accentSecond: '#FF5CFF',
  positive: '#46F7A8',
  negative: '#FFB0D9',
  warning: '#FFD166',
  danger: '#FF7A96',
  onDanger: '#2B0010',
}

/** The city at night: it has no day, so both schemes are the same. */
export const neotropolis: Theme = {
  id: 'neotropolis',
  palettes: { dark: night, light: night },
  fonts: { display: "'Oxanium Variable'", body: "'Inter Variable'" },
  shape: { cut: 14, radius: 0 },
  hasGlitchEffects: true,
  icons: '/icons/neotropolis',
  manifest: '/neotropolis.webmanifest',
}
